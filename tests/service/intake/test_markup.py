"""HTML that tools send becomes the text that a reader of it sees; what is no HTML stays."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.intake.markup import html_to_text
from service.intake.schemas import TicketIn

GMAIL = (
    '<div dir="ltr">Still nothing.<div><br></div><div>Jane</div></div><br>'
    '<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">'
    "On Mon, 2 Mar 2026 at 10:00, Help &lt;help@shop.example&gt; wrote:<br></div>"
    '<blockquote class="gmail_quote" style="margin:0px"><div>We are on it.</div><div>Bob</div>'
    "</blockquote></div><div>PS: hurry</div>"
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            "<p>My <b>parcel</b> never arrived &amp; nobody answers.&nbsp;I&#39;m furious!</p>",
            "My parcel never arrived & nobody answers. I'm furious!",
        ),
        ("One<br>two<br/>\n<br />three", "One\ntwo\n\nthree"),
        ("One<br>\ntwo\nthree", "One\ntwo\nthree"),
        ("<p>One\n  line</p>\n<p>Two</p>", "One line\n\nTwo"),
        ("<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo"),
        ("<ul><li>One</li><li><p>Two</p></li></ul>end", "- One\n\n- Two\n\nend"),
        ("<table><tr><td>Order</td><td>12</td></tr><tr><td>x</td></tr></table>", "Order 12\nx"),
        ("<pre>a\n  b</pre><div>c\n d</div>", "a\n  b\n\nc d"),
        (
            "<html><head><title>Mail</title><style>p { color: red }</style></head>"
            "<body><!-- <p>no --><script>if (a<b) { x() }</script><P CLASS=x>Yes</P></body></html>",
            "Yes",
        ),
        ("<!DOCTYPE html><p>a<o:p></o:p></p><![endif]>", "a"),
        ('<img src="x.png" alt="a > b">Hi', "Hi"),
        ("I <b>hate</b> this\nand that", "I hate this\nand that"),
        ("<p>a List<String> of <bob@example.com></p>", "a List<String> of <bob@example.com>"),
        ("<p>x <style>never closed", "x never closed"),
        ("Fine</p>", "Fine"),
        ("<p>R&<b>amp;</b>D</p>", "R&amp;D"),
        ("<p>a<!-- b <!-- c -->d<!-- e</p>", "ad<!-- e"),
        ("<blockquote>Bob:<blockquote>a</blockquote>b</blockquote>c", "> Bob:\n\n> a\n\n> b\n\nc"),
        (
            GMAIL,
            "Still nothing.\n\nJane\n\n> On Mon, 2 Mar 2026 at 10:00, Help "
            "<help@shop.example> wrote:\n\n> We are on it.\n> Bob\n\nPS: hurry",
        ),
        (
            '<p>No.</p><div class="moz-cite-prefix">On 2 Mar, Bob wrote:<br></div>'
            '<blockquote type="cite">Hi</blockquote>',
            "No.\n\n> On 2 Mar, Bob wrote:\n\n> Hi",
        ),
    ],
)
def test_html_becomes_what_a_reader_sees(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    "text",
    [
        "a < b and c > d",
        "a <b and c> d",
        "I <3 it",
        "a Map<String, List<T>> it is",
        "the <b> is shown in my invoice, and <title> too",
        "<order><id>5</id></order>",
        "AT&T, R&D; Q&A &c.",
        "https://shop.example/?a=1&copy=2&not=3",
        "<-- look -->",
        ">.< & <>",
    ],
)
def test_what_is_no_html_stays(text: str) -> None:
    assert html_to_text(text) == text


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("R&amp;D, &lt;3 &#8364;5 &#x20AC;5 &eacute;", "R&D, <3 €5 €5 é"),
        ("twice: &amp;amp; &amp;nbsp;&amp;#39;x&amp;quot;", "twice: &  'x\""),
        ("&amp;B; &notit; &#0; &#xD800; &#99999999;", "&B; &notit; \ufffd \ufffd &#99999999;"),
        ("&lt;p&gt;code&lt;/p&gt;", "<p>code</p>"),
    ],
)
def test_references_to_characters_are_decoded(text: str, decoded: str) -> None:
    assert html_to_text(text) == decoded


@pytest.mark.parametrize(
    "text",
    [
        "<" * 100_000,
        "<b" * 50_000,
        "<p " * 33_000,
        "<!--" * 25_000 + "<p>",
        "<p>" + "<!-->" * 20_000 + "<!--" * 5000,
        "<p title='" * 10_000 + "</p>",
        '<p a="' + "\"'" * 50_000,
        "<div>" * 20_000 + "</div>" * 20_000,
        "<blockquote>" * 8000 + "x" + "<br>" * 8000,
        "<style>" * 14_000 + "<p>",
        "<ul><li>" * 12_000,
        "&amp;" * 20_000,
        "&" + "amp;" * 25_000,
        "&#" + "0" * 100_000,
        "<p>" + "\n" * 100_000,
        "<td> " * 20_000 + "</td>",
        "<a" + "a" * 100_000,
        "<p " + "=" * 100_000,
    ],
)
def test_hostile_markup_takes_no_time(text: str) -> None:
    started = perf_counter()
    html_to_text(text)
    assert perf_counter() - started < 2


@given(st.text(alphabet="<>/&;#abpr= \"'-!\n", max_size=60))
def test_any_text_is_read(text: str) -> None:
    html_to_text(text)


def test_messages_are_made_plain_each_for_itself() -> None:
    said = ["<div>a</div><div>b</div>", "c < d", "<p>c &lt; d</p>", "<img src='x.png'>"]
    parts = [{"author_role": "customer", "text": text} for text in said]
    ticket = TicketIn.model_validate({"text": "R&amp;D", "conversation": parts})
    assert ticket.words == "R&D\n\na\nb\n\nc < d"
