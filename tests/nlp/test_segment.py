"""A text is split where the point changes, at exact offsets, and boilerplate is left out."""

import textwrap
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.segment import Piece, segment
from nlp.segment.conjunctions import ADDITIONS, CONTRASTS
from tests.nlp.segmenting import points


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "en",
            "Food was great, but the waiter ignored us. Never again!",
            ["Food was great", "but the waiter ignored us.", "Never again!"],
        ),
        (
            "de",
            "Das Essen war gut, aber der Kellner hat uns ignoriert.",
            ["Das Essen war gut", "aber der Kellner hat uns ignoriert."],
        ),
        (
            "fr",
            "Le repas était bon, mais le serveur nous a ignorés.",
            ["Le repas était bon", "mais le serveur nous a ignorés."],
        ),
        (
            "es",
            "La comida estaba buena, pero el camarero nos ignoró.",
            ["La comida estaba buena", "pero el camarero nos ignoró."],
        ),
        (
            "pt",
            "A comida estava boa, mas o garçom nos ignorou.",
            ["A comida estava boa", "mas o garçom nos ignorou."],
        ),
        (
            "it",
            "Il cibo era buono, ma il cameriere ci ha ignorati.",
            ["Il cibo era buono", "ma il cameriere ci ha ignorati."],
        ),
        (
            "nl",
            "Het eten was goed, maar de ober negeerde ons.",
            ["Het eten was goed", "maar de ober negeerde ons."],
        ),
        (
            "pl",
            "Jedzenie było bardzo dobre, ale kelner nas ignorował.",
            ["Jedzenie było bardzo dobre", "ale kelner nas ignorował."],
        ),
        (
            "tr",
            "Yemek gerçekten çok güzeldi, ama garson bizi görmezden geldi.",
            ["Yemek gerçekten çok güzeldi", "ama garson bizi görmezden geldi."],
        ),
        (
            "ru",
            "Еда была очень вкусной, но официант нас не замечал.",
            ["Еда была очень вкусной", "но официант нас не замечал."],
        ),
        (
            "ja",
            "料理はとても美味しかった。店員さんには無視されました。",
            ["料理はとても美味しかった。", "店員さんには無視されました。"],
        ),
        (
            "zh",
            "味道不错，但是服务员一直不理我们。",
            ["味道不错", "但是服务员一直不理我们。"],
        ),
        ("ar", "الطعام رائع جدا، لكن الخدمة سيئة جدا.", None),
        ("sw", "Chakula kilikuwa kizuri. Mhudumu alitupuuza.", None),
        ("und", "Super fast delivery; wrong colour again", None),
    ],
)
def test_contrast_starts_a_new_point(language: str, text: str, expected: list[str] | None) -> None:
    found = points(text, language)
    assert len(found) == 2 if expected is None else found == expected


@pytest.mark.parametrize(
    ("language", "text", "turn"),
    [
        ("en", "The food was really great but the waiter was rude to us.", "but"),
        ("de", "Das Essen war wirklich gut aber der Kellner war unfreundlich.", "aber"),
        ("fr", "Le repas était très bon mais le serveur était impoli.", "mais"),
        ("es", "La comida estaba muy buena pero el camarero fue grosero.", "pero"),
        ("pt", "A comida estava muito boa mas o garçom foi grosseiro.", "mas"),
        ("it", "Il cibo era molto buono ma il cameriere era maleducato.", "ma"),
        ("nl", "Het eten was echt heerlijk maar de ober was onbeleefd.", "maar"),
        ("pl", "Jedzenie było bardzo dobre ale kelner był nieuprzejmy.", "ale"),
        ("tr", "Yemek gerçekten çok güzeldi ama garson çok kabaydı.", "ama"),
        ("ru", "Еда была очень вкусной но официант нам хамил.", "но о"),
        ("ar", "الطعام كان رائعا جدا ولكن النادل كان وقحا معنا.", "ولكن"),
        ("hi", "खाना बहुत अच्छा था लेकिन वेटर ने बदतमीजी की।", "लेकिन"),
        ("th", "อาหารอร่อยมากแต่พนักงานพูดจาไม่ดีเลย", "แต่"),
        ("th", "ใช้มาตั้งแต่เมื่อวาน แต่พนักงานพูดจาไม่ดีเลย", "แต่พ"),
        ("ko", "음식은 정말 맛있었어요 하지만 직원이 불친절했어요.", "하지만"),
        ("zh", "味道很不错但是服务员态度很差。", "但"),
        ("ja", "料理は美味しかったけど店員の態度が悪かった。", "けど"),
        ("id", "Makanannya enak sekali tapi pelayannya kasar.", "tapi"),
        ("vi", "Đồ ăn rất ngon nhưng nhân viên thô lỗ.", "nhưng"),
    ],
)
def test_a_contrast_without_a_comma_may_start_a_new_point(
    language: str, text: str, turn: str
) -> None:
    at = text.index(turn)
    assert [(p.start, p.joint) for p in segment(text, language)] == [(0, "sentence"), (at, "turn")]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Anything but cheap and good"),
        ("zh", "这家店的服务不但很慢而且很差"),
        ("th", "ลงแอปมาตั้งแต่เมื่อวานพนักงานแต่ละคน"),
    ],
)
def test_a_part_of_another_word_or_clause_is_no_contrast(language: str, text: str) -> None:
    assert "turn" not in [piece.joint for piece in segment(text, language)]


@pytest.mark.parametrize(
    "text",
    [
        "Not bad, but pricey.",
        'She said "great food, but the waiter ignored us" and left.',
        "It cost 1,500 euros more than agreed",
        "Mr. Smith from the U.S. office called me at 3.30 p.m. about it",
    ],
)
def test_what_cannot_stand_alone_is_not_split(text: str) -> None:
    assert points(text, "en") == [text]


@pytest.mark.parametrize(
    ("language", "text", "second"),
    [
        ("en", "Great food but slow service", "but"),
        ("en", "Great food, but slow service", "but"),
        ("de", "Tolles Essen, aber lange Wartezeit.", "aber"),
        ("ja", "景色は最高ですが、部屋が汚いです。", "部屋"),
        ("ko", "음식은 맛있지만 직원이 불친절해요.", "직원이"),
    ],
)
def test_a_contrast_of_two_words_may_start_a_new_point(
    language: str, text: str, second: str
) -> None:
    at = text.index(second)
    found = [(text[p.start : p.end].lstrip("が、"), p.joint) for p in segment(text, language)]
    assert found[1:] == [(text[at:], "turn")]


def test_lists_and_lines_make_points() -> None:
    text = "Fast here:\n- fast delivery\n* nice box\n2) wrong size in it\n\nWould buy again"
    expected = ["fast delivery", "nice box", "wrong size in it", "Would buy again"]
    assert points(text, "en") == expected
    assert points(text.replace("- fast", "fast"), "en") == ["Fast here:", *expected]


@pytest.mark.parametrize("heading", ["Pros", "Cons:", "What I disliked:", "Nachteile:", "悪い点："])
def test_headings_make_no_points(heading: str) -> None:
    assert points(f"{heading}\nlong queue at the gate", "en") == ["long queue at the gate"]
    assert points(f"long queue at the gate\n{heading}", "en")[-1] == heading


FORM = "Name: Gwen Pike\nPhone: [phone]\nPriority: High\nMessage: The pump leaks."


def test_fields_of_a_form_make_no_points_in_a_ticket() -> None:
    assert [FORM[p.start : p.end] for p in segment(FORM, "en", "ticket")] == [
        "Message: The pump leaks."
    ]
    assert len(segment(FORM, "en", "review")) == 4
    assert [p.start for p in segment("Category: Damaged parcel\nPlease help", "en", "ticket")]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "I hope you are well."),
        ("en", "Looking forward to your reply."),
        ("en", "My name is Gwen Pike."),
        ("de", "Ich freue mich auf Ihre Antwort."),
        ("de", "Euch noch ein schönes Wochenende!"),
        ("fr", "Dans l'attente de votre réponse."),
        ("es", "Quedo a la espera de su respuesta."),
        ("pt", "Aguardo a sua resposta."),
        ("it", "Resto in attesa di un vostro riscontro."),
        ("nl", "Ik zie uw reactie graag tegemoet."),
        ("pl", "Nazywam się Anna Nowak."),
        ("tr", "Cevabınızı bekliyorum."),
        ("ru", "Жду вашего ответа."),
        ("ja", "何卒よろしくお願い申し上げます。"),
        ("zh", "期待您的回复。"),
        ("ar", "في انتظار ردكم"),
    ],
)
def test_pleasantries_make_no_points_in_a_ticket(language: str, line: str) -> None:
    text = f"{line}\nQWX-12 leaks since Monday."
    assert [text[p.start] for p in segment(text, language, "ticket")] == ["Q"]
    assert points(line, language) == [line]


def test_no_is_an_answer_only_to_a_question() -> None:
    assert segment("Nothing!", "en") == segment("n/a", "en", asked=True) == []
    assert len(segment("Nothing!", "en", asked=True)) == 1


def test_a_wrapped_line_continues_the_one_before() -> None:
    text = (
        "The parcel that I ordered three weeks ago has still not been\n"
        "delivered and nobody answers."
    )
    assert points(text, "en") == [text]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            "Last week I ordered two chairs in your shop and when the parcel came I saw that one "
            "of the legs was broken",
        ),
        (
            "de",
            "Ich habe letzte Woche in Ihrem Laden zwei der neuen Stühle bestellt und noch immer "
            "keine Lieferung",
        ),
        (
            "ar",
            "طلبت الأسبوع الماضي كرسيين من متجركم الإلكتروني وعندما وصل الطرد أخيرا يوم الاثنين "
            "لاحظت أن إحدى الأرجل مكسورة",
        ),
        (
            "hi",
            "पिछले हफ्ते मैंने आपकी ऑनलाइन दुकान से दो कुर्सियां मंगवाईं और जब सोमवार को "
            "पार्सल आखिर पहुंचा तो एक पैर टूटा हुआ था",
        ),
        (
            "ko",
            "지난주에 온라인 쇼핑몰에서 의자 두 개를 주문했는데 "
            "월요일에 드디어 택배가 도착했을 때 다리 하나가 부러져 있었습니다",
        ),
    ],
)
@pytest.mark.parametrize("width", [70, 72, 76])
@pytest.mark.parametrize("line_end", ["\n", " \n", "\r\n", " \r\n"])
def test_wrapped_lines_continue_whatever_they_begin_with(
    language: str, text: str, width: int, line_end: str
) -> None:
    wrapped = line_end.join(textwrap.wrap(" ".join([text] * 5), width))
    assert points(wrapped, language, "ticket") == [wrapped]


def test_wrapped_lines_of_a_script_without_spaces_continue() -> None:
    text = "先週御社のオンラインショップで椅子を二脚注文しましたが月曜日に脚が一本折れていて"
    wrapped = "\n".join(textwrap.wrap(text * 4, 36))
    assert points(wrapped, "ja", "ticket") == [wrapped]


ANSWERS = [
    "The food in the canteen was really delicious and very fresh today",
    "Parking outside is a nightmare and costs far too much per hour",
    "Our guide has told us a lot of things that none of us had known",
    "Nobody answered when we rang for towels at nine in the evening",
    "Check-in took more than an hour although only two people waited",
]


@pytest.mark.parametrize(
    ("kind", "count"), [("survey", 2), ("review", 5), (None, 5), ("ticket", 3)]
)
def test_answers_in_lines_are_never_one(kind: str | None, count: int) -> None:
    assert points("\n".join(ANSWERS[:count]), "en", kind) == ANSWERS[:count]


@pytest.mark.parametrize("field", ["Expected: a technician", "型号：WM-5521"])
def test_a_field_of_a_form_continues_no_line(field: str) -> None:
    said = "\n".join(
        f"The drum of the machine stops at {n} and nothing at all happens" for n in range(4)
    )
    assert points(f"{said}\n{field}", "en", "ticket") == [said, field]


def test_a_line_that_a_greeting_opens_is_wrapped_with_it() -> None:
    said = "the parcel that I ordered three weeks ago has not been\nsent and nobody answers."
    assert points(f"Good morning, {said}", "en") == [said]


@pytest.mark.parametrize(
    "lines",
    [
        ["The delivery was three weeks late and nobody told me anything.", "Refund please"],
        ["Die Lieferung kam drei Wochen zu spät und niemand hat angerufen", "- Kein Ersatz"],
        ["The delivery was three weeks late, nobody told me anything", "Refund please"],
        [
            "The kitchen that we ordered in May came late and has scratches",
            "Support is bad",
            "Nobody has ever told us anything about when the rest of it is going to come",
        ],
        [
            "The kitchen that we ordered in May came late and has many more scratches",
            "Support has never told us anything about when the rest of it is to come, nor who pays",
        ],
        ["今回の注文は予定より三週間も遅れて届き連絡もまったくありませんでした。", "返金希望"],
    ],
)
def test_lines_that_are_not_wrapped_make_points(lines: list[str]) -> None:
    assert points("\n".join(lines), "en") == [line.removeprefix("- ") for line in lines]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Delivery took approx. 3 weeks."),
        ("en", "It was incl. VAT and still too much."),
        ("de", "Der Preis inkl. Versand war falsch."),
        ("de", "Die Best.-Nr. 123 fehlt."),
        ("fr", "La commande n. 12345 n'est pas arrivée."),
        ("es", "El pedido n.º 12345 no llegó."),
        ("es", "El soporte tarda aprox. 3 días."),
        ("it", "Il rimborso dell'ordine n. 123 non arriva."),
        ("pt", "O pedido nº. 123 demorou aprox. 10 dias."),
        ("pt", "A loja da av. Paulista é suja."),
        ("pt", "O app, p. ex. o carrinho, trava."),
        ("nl", "Het pakket is d.w.z. twee weken te laat."),
        ("nl", "Er ontbreken o.a. schroeven."),
        ("pl", "Paczka, tj. buty, nie dotarła."),
        ("pl", "Brakuje m.in. śrub."),
        ("pl", "Przyszli o godz. 15 zamiast rano."),
        ("tr", "Gecikme vb. sorunlar yaşıyorum."),
        ("tr", "Bazı parçalar (örn. kablo) eksik."),
        ("ru", "Прошло 2 недели, т. е. слишком долго."),
        ("ru", "Ждал прибл. 3 недели."),
        ("ru", "Ждал макс. 3 недели."),
        ("ro", "Am primit de ex. doar cutia."),
        ("sv", "Det tog tid, t.ex. igår."),
    ],
)
def test_an_abbreviation_ends_no_sentence(language: str, text: str) -> None:
    assert [piece.joint for piece in segment(text, language)].count("sentence") == 1


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["the app is slow.", "support never answers."]),
        ("en", ["it broke.", "3 days later it was gone."]),
        ("pl", ["Wszystko ok.", "polecam ten sklep."]),
        ("tr", ["Kablo eksik vb.", "Hepsi bozuk."]),
        ("ru", ["Больше не доверяю им.", "Деньги не вернули."]),
        ("ru", ["Всё ок.", "5 звёзд!"]),
        ("ru", ["Спасибо, Макс.", "Всё работает."]),
        ("pl", ["Wszystko ok.", "5 gwiazdek!"]),
        ("pl", ["Czekałem 2 godz.", "nikt nie przyszedł."]),
        ("de", ["Das Essen war am best.", "Die Bedienung unfreundlich."]),
        ("id", ["Garansi tdk.", "Kecewa."]),
        ("en", ["waited 3 hrs.", "food was cold."]),
        ("en", ["waited 20 mins.", "food was cold."]),
        ("pt", ["Esperei 3 hrs.", "comida fria."]),
        ("pt", ["Gostei tb.", "Voltarei."]),
        ("fr", ["J'adore cette bd.", "Elle est belle."]),
        ("ro", ["Mi-a zis fosta mea ex.", "Produsul e prost."]),
    ],
)
def test_what_looks_like_an_abbreviation_may_end_one(language: str, sentences: list[str]) -> None:
    assert points(" ".join(sentences), language) == sentences


@pytest.mark.parametrize(
    ("greeting", "closing"),
    [
        ("Hi team,", "Kind regards,\nAnna Smith"),
        ("Hello,", "Best, Tom"),
        ("Dear Sir or Madam,", "Yours faithfully\nDr. J. Doe\n+44 20 5550 0119"),
        ("Guten Tag,", "Mit freundlichen Grüßen\nFamilie Wuttke"),
        ("Sehr geehrte Damen und Herren,", "MfG\nK. Pohlandt"),
        ("Bonjour,", "Bien cordialement,\nJean-Régis Aubertin"),
        ("Buenas tardes:", "Un saludo, Lorena"),
        ("Bom dia!", "Atenciosamente,\nJurema Pinto"),
        ("Gentile servizio clienti,", "Cordiali saluti\nAmedeo"),
        ("Beste meneer,", "Met vriendelijke groet,\nJan de Vries"),
        ("Dzień dobry,", "Z poważaniem\nHalina Wójtowiak"),
        ("Merhaba,", "Saygılarımla,\nAyşe"),
        ("Здравствуйте!", "С уважением,\nИван Петров"),
        ("こんにちは。", "よろしくお願いいたします。"),
        ("您好，", "谢谢\n邬女士"),
        ("Hi", "Thanks!\n\nSent from my iPhone"),
        ("Hello", "-- \nAnna Smith\nHead of Sales"),
        ("Hi", "On 3 May 2026 at 10:12, Support wrote:\n> Please describe it.\n> Regards"),
        ("Hi", "-----Original Message-----\nFrom: Support\nWe are looking into it."),
    ],
)
def test_a_ticket_keeps_only_what_it_says(greeting: str, closing: str) -> None:
    said = "The app crashed twice today."
    assert points(f"{greeting}\n\n{said}\n\n{closing}", "en", "ticket") == [said]


@pytest.mark.parametrize("last", ["Kein Internet", "No Refund", "Still Nothing"])
def test_capitals_alone_make_no_name(last: str) -> None:
    assert points(f"Router defekt.\n{last}", "de", "ticket") == ["Router defekt.", last]


FORWARDED_HEADS = [
    "From: Support <s@example.com>\nSent: Monday, May 4, 2026 9:12 AM\nTo: Ana\nSubject: Ticket",
    "*From:* Support\n*Sent:* Monday\n*To:* Ana\n*Subject:* Your ticket",
    "-------- Forwarded Message --------\nSubject: Ticket\nDate: Mon, 4 May\nFrom: Us\nTo: Ana",
    "Von: Support\nGesendet: Montag, 4. Mai 2026 09:12\nAn: Ana\nBetreff: Ihr Ticket",
    "De : Support\nEnvoyé : lundi 4 mai 2026 09:12\nÀ : Ana\nObjet : Votre ticket",
    "De: Support\nEnviado el: lunes, 4 de mayo de 2026 9:12\nPara: Ana\nAsunto: Su ticket",
    "Da: Support\nInviato: lunedì 4 maggio 2026 09:12\nA: Ana\nOggetto: Il ticket",
    "De: Support\nEnviada em: segunda-feira, 4 de maio\nPara: Ana\nAssunto: Ticket",
    "Van: Support\nVerzonden: maandag 4 mei 2026 09:12\nAan: Ana\nOnderwerp: Ticket",
    "Od: Support\nWysłano: poniedziałek, 4 maja 2026\nDo: Ana\nTemat: Zgłoszenie",
    "От: Support\nОтправлено: понедельник, 4 мая 2026 г.\nКому: Ана\nТема: Заявка",
    "Kimden: Support\nGönderildi: 4 Mayıs 2026 Pazartesi\nKime: Ana\nKonu: Talep",
    "差出人: Support\n送信日時: 2026年5月4日 9:12\n宛先: 田中\n件名: お問い合わせ",
    "发件人： Support\n发送时间： 2026年5月4日 9:12\n收件人： 李明\n主题： 工单",
    "보낸 사람: Support\n보낸 날짜: 2026년 5월 4일\n받는 사람: 김\n제목: 문의",
    "من: Support\nتم الإرسال: 4 مايو 2026\nإلى: محمد\nالموضوع: تذكرة",
]


@pytest.mark.parametrize("head", FORWARDED_HEADS)
def test_a_quoted_mail_is_kept_only_if_there_is_nothing_else(head: str) -> None:
    said = "The app crashed twice today."
    quoted = f"{said}\n\n{head}\n\nWe are looking into it."
    assert points(quoted, "en", "ticket") == [said]
    assert points(f"{head}\n\n{said}", "en", "ticket") == [said]


RULE = "-" * 46


@pytest.mark.parametrize(
    "line",
    [
        "Jane Doe, Mar 1, 2026, 10:30 AM",
        "Triggermesh Developer, Jul 20, 2020, 10:02\u202fAM",
        "Doe, Jane, 1 Mar 2026, 10:30",
        "Jörg Maier, 1. März 2026, 10:30",
    ],
)
def test_the_head_of_a_comment_in_a_help_desk_is_removed(line: str) -> None:
    latest = f"{RULE}\n\n{line}\n\nStill nothing came."
    assert points(latest, "en", "ticket") == ["Still nothing came."]
    again = f"{latest}\n\n{RULE}\n\n{line}\n\nWe are sorry."
    assert points(again, "en", "ticket") == ["Still nothing came."]


@pytest.mark.parametrize(
    "line",
    [
        "##- Please type your reply above this line -##",
        "##- Bitte geben Sie Ihre Antwort oberhalb dieser Zeile ein -##",
        "-- Please reply above this line --",
        "=== WRITE ABOVE THIS LINE TO REPLY ===",
    ],
)
def test_the_line_to_write_above_is_removed(line: str) -> None:
    said = "Still waiting for the technician."
    head = "Jane Doe, Mar 1, 2026, 10:30 AM"
    assert points(f"{line}\n\n{said}", "en", "ticket") == [said]
    assert points(f"{line}\n\n{head}\n\n{said}", "en", "ticket") == [said]
    assert points(f"{said}\n\n{line}\n\n{head}\n\nWe are sorry.", "en", "ticket") == [said]


@pytest.mark.parametrize(
    "text", [f"It fails\n{RULE}\nsince Mar 1, 2026.", f"{RULE}\nBad, at 10:30"]
)
def test_a_rule_above_a_sentence_is_no_head_of_a_comment(text: str) -> None:
    assert points(text, "en", "ticket")[-1].endswith(text.splitlines()[-1])


def test_two_labels_are_no_head_of_a_mail() -> None:
    text = "From: Berlin\nTo: Paris\nthe train was late"
    assert points(text, "en", "ticket") == text.split("\n")


@pytest.mark.parametrize(
    "announcement",
    [
        "On Sun, May 3, 2026 at 10:12 AM Support <support@example.com>\nwrote:",
        "On Sun, May 3, 2026 at 10:12 AM Support <[email]> wrote:",
        "Am So., 3. Mai 2026 um 10:12 Uhr schrieb Support <s@example.com>:",
        "Le dim. 3 mai 2026 à 10:12, Support <s@example.com> a écrit :",
        "El dom, 3 may 2026 a las 10:12, Support (<s@example.com>) escribió:",
        "Il giorno dom 3 mag 2026 alle ore 10:12 Support <s@example.com> ha scritto:",
        "Em dom., 3 de mai. de 2026 às 10:12, Support <s@example.com> escreveu:",
        "Op zo 3 mei 2026 om 10:12 schreef Support <s@example.com>:",
        "niedz., 3 maj 2026 o 10:12 Support <s@example.com> napisał(a):",
        "вс, 3 мая 2026 г. в 10:12, Support <s@example.com>:",
        "Support <s@example.com>, 3 May 2026 Paz, 10:12 tarihinde şunu yazdı:",
        "2026年5月3日(日) 10:12 Support <s@example.com>:",
        "Support <s@example.com> 于2026年5月3日周日 10:12写道：",
        "2026년 5월 3일 (일) 오전 10:12, Support <s@example.com>님이 작성:",
        "في الأحد، 3 مايو 2026 في 10:12 ص تمت كتابة ما يلي بواسطة Support <s@example.com>:",
        "Begin forwarded message:",
        "---------- Mensaje reenviado ---------",
    ],
)
def test_a_quoted_reply_is_removed(announcement: str) -> None:
    said = "The app crashed twice today."
    for quoted in ("> Please describe it.", "Please describe it."):
        assert points(f"{said}\n\n{announcement}\n\n{quoted}", "en", "ticket") == [said]


@pytest.mark.parametrize(
    "closing",
    [
        "regards maria",
        "kind regards,\nmaria\nsent from my phone",
        "mfg\njonas\nvon meinem iPhone gesendet",
        "cordialement\nanne-marie",
        "ありがとうございます。\n田中\niPhoneから送信",
        "谢谢，李明\n发自我的iPhone",
        "شكرا، محمد علي\nأُرسلت من الـ iPhone",
    ],
)
def test_a_signature_in_lower_case_is_one(closing: str) -> None:
    said = "The app crashed twice today."
    assert points(f"{said}\n\n{closing}", "en", "ticket") == [said]


@pytest.mark.parametrize(
    "text", ["thanks, solved", "thanks, late", "Danke, funktioniert", "merci pour rien"]
)
def test_a_word_after_thanks_may_be_a_verdict(text: str) -> None:
    assert points(text, "en", "ticket") == [text]


@pytest.mark.parametrize(
    ("said", "announcement"),
    [
        ("The parcel is lost.", "Your mail of 4/11 says:"),
        ("A quoi correspond-il ? Le colis est perdu.", "Votre courriel indiquait pourtant :"),
        ("导出月报一直提示内存不足。", "你们8月2日的回复说："),
        ("Paczka nie dotarła.", "W odpowiedzi napisali Państwo:"),
    ],
)
def test_what_stands_before_the_announcement_of_a_quote_is_kept(
    said: str, announcement: str
) -> None:
    text = f"{said} {announcement}\n\n> It has left our house."
    assert " ".join(points(text, "und", "ticket")) == said


def test_a_postscript_is_kept() -> None:
    text = "The app crashed.\n\nKind regards,\nAnna\n\nPS: the site is down as well."
    assert points(text, "en", "ticket") == ["The app crashed.", "PS: the site is down as well."]


def test_answers_between_quoted_lines_are_kept() -> None:
    text = "> Did it arrive?\nIt never arrived.\n> Anything else?\nThe box was crushed."
    assert points(text, "en", "ticket") == ["It never arrived.", "The box was crushed."]


@pytest.mark.parametrize(
    "text",
    ["", " \n\t", "\n" * 10_000, "...", "-", "n/a", "N/A.", "Hi team,", "特になし", "nada", "\x00"],
)
def test_a_text_may_make_no_point(text: str) -> None:
    assert segment(text, "en") == []


@pytest.mark.parametrize("text", ["😡😡", "😡😡 👎", ":(", "Great.", "5", "ok"])
def test_the_shortest_feedback_is_feedback(text: str) -> None:
    assert points(text, "und") == [text]


def test_an_emoji_belongs_to_what_it_follows() -> None:
    assert points("Never again! 😡", "en") == ["Never again! 😡"]


@pytest.mark.parametrize(
    "emoji",
    ["👩‍🍳", "🤷🏽‍♀️", "❤️‍🔥", "👩🏽‍🤝‍👨🏻", "🏳️‍🌈", "🐈‍⬛", "🙂‍↔️", "☹︎", "👁️‍🗨️", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "😡👩‍🍳👍🏽"],
)
def test_an_emoji_is_not_cut_in_two(emoji: str) -> None:
    said, more = "I loved its friendly team", "the delivery was terrible, late and broken"
    text = f"{said} {emoji} {more}"
    found = [text[piece.start : piece.end] for piece in segment(text, "en")]
    assert found[:2] == [f"{said} {emoji}", "the delivery was terrible"]


def test_thanks_are_praise_outside_of_tickets() -> None:
    assert points("Fast delivery. Thank you!", "en", "review") == ["Fast delivery.", "Thank you!"]


ALPHABET = st.one_of(
    st.characters(),
    st.sampled_from(list(" \n\r\t.,;:!?-–>\"'()“”«»。，、；！？😡👍\x00\ud800aBé但而и1")),
    st.sampled_from([" but ", ", aber ", "Hi ", "Regards", " and ", "\n> ", "\n- ", "Dr. "]),
)


@given(
    st.lists(ALPHABET, max_size=60).map("".join),
    st.sampled_from([*CONTRASTS, "und", "xx"]),
    st.sampled_from(["ticket", "review", None]),
)
def test_pieces_are_trimmed_ordered_and_apart(text: str, language: str, kind: str | None) -> None:
    end = 0
    for piece in segment(text, language, kind):
        assert end <= piece.start < piece.end <= len(text)
        assert not text[piece.start].isspace()
        assert not text[piece.end - 1].isspace()
        end = piece.end


@given(st.lists(st.sampled_from(["a", ".", ",", " ", "\n", "but ", "Ω", "😡"]), max_size=40))
def test_words_outside_of_forms_are_never_lost(parts: list[str]) -> None:
    text = "".join(parts)
    pieces = segment(text, "en", "review")
    said = "".join(text[piece.start : piece.end] for piece in pieces)
    assert sum(map(str.isalpha, said)) == sum(map(str.isalpha, text))


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100000,
        "one two three, four five six and " * 3000,
        '"' * 50000,
        "(" * 50000,
        "Hi " * 30000,
        "Anna Bell\n" * 10000,
        "😡. " * 25000,
        "Regards\n" * 12000,
        "." * 100_000,
        "!?" * 50_000,
        "味道不错。服务员很好。" * 9000,
        "Bad app.\n" + "a@" * 50_000 + " b",
        "On Monday he wrote:\n> so\n" * 4000,
        "To: a\n" * 16_000,
        "Subject: a\nDate: b\nFrom: c\n" * 4000,
        "e.g. " * 20_000,
        f"{'a ' * 33}\n" * 1500,
        "a" * 79 + " \t" * 50_000 + "\nA",
        "Order " + "1A" * 50_000,
        "please\n" * 6000 + "Anna Bell\n\n" * 6000,
        "Bad app.\n" + "a@b | " * 20_000,
    ],
    ids=lambda text: f"{text[:9]!r}",
)
def test_time_grows_with_length_and_no_faster(text: str) -> None:
    started = time.process_time()
    segment(text, "en", "ticket")
    assert time.process_time() - started < 5


@pytest.mark.parametrize("language", sorted(CONTRASTS | ADDITIONS))
def test_every_language_of_the_tables_can_be_split(language: str) -> None:
    assert segment("one two three", language) == [Piece(0, 13, "sentence")]
