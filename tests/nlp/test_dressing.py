"""What is surely a form of politeness is left out; what may say something is kept."""

import pytest

from nlp.segment import segment
from tests.nlp.test_segment import points

SAID = "The app crashed twice today."


@pytest.mark.parametrize(
    "text",
    [
        "नमस्ते मेरा ऑर्डर नहीं आया",
        "안녕하세요 배송이 안 왔어요",
        "안녕하세요 앱이 자꾸 꺼져요. 환불해 주세요",
        "您好我的包裹还没到",
        "你好 我的包裹还没到",
        "こんにちは アプリが起動しません",
        "مرحبا التطبيق لا يعمل",
        "السلام عليكم التطبيق لا يعمل منذ أسبوع",
        "สวัสดีครับ แอปเข้าไม่ได้",
        "שלום החבילה לא הגיעה",
        "سلام برنامه کار نمی کند",
        "HELLO MY ORDER NEVER ARRIVED",
        "HI I WANT A REFUND!!!",
        "HALLO MEIN PAKET IST WEG",
        "BONJOUR MA COMMANDE EST PERDUE",
        "HOLA NO PUEDO PAGAR",
        "MERHABA SİPARİŞİM GELMEDİ",
        "ПРИВЕТ ГДЕ МОЙ ЗАКАЗ",
        "Hello I Can't Log In.",
        "Hallo Internet Ausfall",
        "My order never arrived,\nplease help",
    ],
)
@pytest.mark.parametrize("kind", ["ticket", "review"])
def test_a_greeting_takes_no_complaint_with_it(text: str, kind: str) -> None:
    pieces = segment(text, "und", kind)
    assert pieces[0].start == 0
    assert text[pieces[-1].end :].strip(".!?。") == ""


@pytest.mark.parametrize(
    "greeting",
    [
        "Hi Anna,",
        "Hi tom,",
        "Hello Anna Smith",
        "HELLO TEAM!",
        "Dear Customer Service Team,",
        "Seller support,",
        "Hello whoever reads this,",
        "Sehr geehrter Herr Müller,",
        "Liebes Team!",
        "Bonjour Madame Martin,",
        "Hola Jorge:",
        "Olá, equipe!",
        "Gentile servizio clienti,",
        "Hoi support,",
        "Dzień dobry Państwu,",
        "Merhaba Ayşe Hanım,",
        "Уважаемая служба поддержки!",
        "お世話になっております。",
        "担当者様、",
        "尊敬的客服团队：",
        "技术支持同事好：",
        "안녕하세요 고객센터 담당자님,",
        "السلام عليكم ورحمة الله وبركاته،",
        "مرحبا فريق الدعم،",
        "नमस्ते राहुल जी,",
        "สวัสดีค่ะ ทีมงาน",
        "שלום צוות,",
        "নমস্কার,",
    ],
)
def test_a_greeting_is_not_said(greeting: str) -> None:
    assert points(f"{greeting}\n{SAID}", "en", "ticket") == [SAID]
