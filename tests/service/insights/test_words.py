"""What a search for words asks for, and where a text has it."""

import pytest

from service.insights.words import parse


def found(query: str, text: str) -> list[str] | None:
    """The parts of ``text`` that match."""
    spans = parse(query).find(text)
    return None if spans is None else [text[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    ("query", "text", "parts"),
    [
        ("card", "My Card failed", ["Card"]),
        ("card", "cardboard", None),
        ("card failed", "failed: my card", ["failed", "card"]),
        ("card refund", "my card", None),
        ('"last step"', "at the last, step", ["last, step"]),
        ('"last step"', "the step was the last", None),
        ('"last step', "the last step", ["last step"]),
        ("refund*", "refunded, refunds", ["refunded", "refunds"]),
        ("card -delivery", "card and delivery", None),
        ('card -"too late"', "card late, too", ["card"]),
        ("e-mail", "by e-mail", ["e-mail"]),
        ("e-mail", "mail e", None),
        ("card OR", "card or cash", ["card", "or"]),
        ("probleme", "Un PROBLÈME", ["PROBLÈME"]),
        ("naïve", "nai\u0308ve naive", ["nai\u0308ve", "naive"]),
        ("istanbul", "İstanbul", ["İstanbul"]),
        ("поломка", "Поломка!", ["Поломка"]),
        ("退货", "我要退货了", ["退货"]),
        ("退货 -快递", "退货,快递很慢", None),
        ("返品", "返品したい", ["返品"]),
        ("บัตร", "ใช้บัตรไม่ได้", ["บัตร"]),
        ("배송", "배송이 늦어요", ["배송"]),
        ("हिन्दी", "यह हिन्दी है", ["हिन्दी"]),
        ("हिन", "यह हिन्दी है", None),
        ("the cat", "the cat the", ["the", "cat", "the"]),
        ("ab bc", "ab bc", ["ab", "bc"]),
        ('"a b" "b c"', "a b c", ["a b c"]),
    ],
)
def test_finds(query: str, text: str, parts: list[str] | None) -> None:
    assert found(query, text) == parts


@pytest.mark.parametrize("query", ["", "-card", "***", '""', '-"last step"', "…!", "👍"])
def test_may_want_nothing(query: str) -> None:
    assert parse(query).wanted == ()
