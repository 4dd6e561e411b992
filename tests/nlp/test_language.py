"""The language of a text is detected from its beginning, and not guessed if it is too short."""

import threading

import pytest

from nlp.language import UNDETERMINED, detect, normalize


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The app crashes whenever I try to export a report."),
        ("de", "Die Lieferung kam eine Woche zu spät an."),
        ("fr", "Le colis est arrivé avec une semaine de retard."),
        ("es", "El paquete llegó una semana tarde y abierto."),
        ("pt", "A encomenda não chegou até hoje, que vergonha."),
        ("it", "Il pacco è arrivato con una settimana di ritardo."),
        ("nl", "Het pakket kwam een week te laat aan."),
        ("pl", "Paczka przyszła tydzień za późno."),
        ("tr", "Paket bir hafta geç geldi, çok kötü."),
        ("ru", "Посылка пришла на неделю позже."),
        ("ja", "荷物が一週間遅れて届きました。"),
        ("zh", "包裹晚了一个星期才到。"),
        ("ko", "택배가 일주일 늦게 왔어요."),
        ("el", "Το πακέτο άργησε μία εβδομάδα."),
        ("he", "החבילה הגיעה באיחור של שבוע"),
        ("th", "พัสดุมาช้าไปหนึ่งสัปดาห์"),
    ],
)
def test_languages_are_detected(language: str, text: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "配送遅延。連絡無し。二度と利用しない",
        "商品説明不足。対応最悪でした。返品手続面倒。",
        "アプリ起動不可。返金要求。",
        "サポート対応遅延、返信無、解約検討中",
        "待ち時間",
    ],
)
def test_japanese_may_have_few_kana(text: str) -> None:
    assert detect(text) == "ja"


@pytest.mark.parametrize(
    "text",
    [
        "这家ラーメン店的汤很好喝，但是服务员态度很差，等了一个小时",
        "日本买的お守り很灵验，包装也好，推荐购买",
        "買了一盒ポケモン卡，外盒壓壞，客服說不能退",
    ],
)
def test_chinese_may_have_a_japanese_name(text: str) -> None:
    assert detect(text) == "zh"


@pytest.mark.parametrize("text", ["", "ok", "😡😡", "\x00\ud800", "12345", "\n" * 10_000, "top!"])
def test_what_is_too_short_is_left_undetermined(text: str) -> None:
    assert detect(text) == UNDETERMINED


def test_addresses_say_nothing_about_the_language() -> None:
    assert detect("https://shop.example.com/delivery/of/parcels help@shop.example.com") == "und"


@pytest.mark.parametrize(("sent", "kept"), [("pt-BR", "pt"), ("EN_us", "en"), (" de ", "de")])
def test_a_senders_tag_is_shortened(sent: str, kept: str) -> None:
    assert normalize(sent) == kept


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("nb-NO", "Pakken kom en uke for sent, og den var ødelagt."),
        ("nn", "Pakka kom ikkje fram, og ingen svarar på telefonen."),
        ("iw", "החבילה הגיעה באיחור של שבוע"),
        ("in", "Paketnya datang terlambat satu minggu dan kotaknya rusak."),
    ],
)
def test_a_senders_tag_gets_the_code_that_detection_returns(sent: str, text: str) -> None:
    assert normalize(sent) == detect(text)


def test_threads_share_one_identifier() -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(detect("Where is my parcel, please?")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["en"] * 8
