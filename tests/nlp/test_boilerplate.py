"""What is certainly boilerplate is removed; what may say something is kept."""

import pytest

from nlp.segment import segment
from tests.nlp.segmenting import points

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
def test_a_complaint_after_a_greeting_is_kept(text: str, kind: str) -> None:
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
def test_a_greeting_is_removed(greeting: str) -> None:
    assert points(f"{greeting}\n{SAID}", "en", "ticket") == [SAID]


@pytest.mark.parametrize(
    "text",
    [
        "屏幕坏了。请退款。",
        "屏幕坏了，\n请退款",
        "物流太慢。质量差！",
        "商品が壊れていた。返金希望",
        "商品が届きません。\n至急対応を",
        "배송이 안 왔어요.\n환불해줘요",
        "배송이 안 왔어요. 환불 요청",
        "谢谢，太慢了",
        "Спасибо, ужасно",
        "Router kaputt.\nInternet Ausfall",
        "Paket nicht angekommen.\nKündigung",
        "Paket nicht angekommen. Rückerstattung",
        "La pantalla no funciona. Reembolso Ya",
        "The screen is broken. Please Refund Me",
        "My order is late.\nMONEY BACK",
        "Please call me\nOvercharged",
        "Please call me\nLate",
        "Please call me\nRude Driver",
        "Please call me\n\nBattery Dead",
        "Please help.\nDouble Charge",
        "I need help.\n\nFlight Cancelled",
        "Please fix this.\n\nWater Damage Kitchen",
        "Bitte um Hilfe.\n\nKabel Gerissen",
        "Merci de me rappeler.\n\nFuite Salle Bain",
    ],
)
def test_a_short_last_line_may_be_what_is_asked_for(text: str) -> None:
    pieces = segment(text, "und", "ticket")
    said = "".join(text[piece.start : piece.end] for piece in pieces)
    assert sum(map(str.isalpha, said)) == sum(map(str.isalpha, text))


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("The box came.\nThanks\nempty", "empty"),
        ("Wrong size.\nThanks, late", "Thanks, late"),
        ("Bitte prüfen\nDanke\ndoppelt", "doppelt"),
        ("Please call me.\nThanks\nOvercharged", "Overcharged"),
        ("Please call me. Thanks. Overcharged", "Overcharged"),
        ("서비스 문의\n감사합니다\n고장", "고장"),
        ("荷物届きました。ありがとうございます\n破損", "破損"),
    ],
)
def test_a_word_below_thanks_may_be_what_is_wrong(text: str, last: str) -> None:
    assert points(text, "und", "ticket")[-1] == last


@pytest.mark.parametrize("name", ["Tom Smith", "Tom Smith\nSenior Buyer\nAcme Ltd", "Jane"])
def test_a_name_that_stands_apart_is_removed(name: str) -> None:
    assert points(f"{SAID}\n\n{name}", "en", "ticket") == [SAID]
    assert points(f"{SAID}\r\n\r\n{name}\r\n\r\nSent from my iPhone", "en", "ticket") == [SAID]


@pytest.mark.parametrize(
    "text",
    [
        "Sincerely, the worst service ever.",
        "Respectfully, your app is garbage.",
        "Take care, this is a scam!",
        "Cheers, great app",
        "Best, fastest service in town",
        "Herzlich, nett und sehr kompetent!",
        "Grüße, Essen kalt und teuer.",
        "Bonne journée, mais repas froid.",
        "Buona giornata, ma cibo freddo",
        "Saludos, todo muy caro",
        "Cordialmente, pésimo servicio",
        "Groetjes, maar slecht hotel",
        "LG TV",
        "Freundlich\nHerzlich\nKompetent\nSchnell",
        "배송이 빨라요.\n감사합니다.\n포장도 꼼꼼해요",
    ],
)
@pytest.mark.parametrize("kind", ["review", "survey"])
def test_a_sign_off_that_opens_a_sentence_is_kept(text: str, kind: str) -> None:
    pieces = segment(text, "und", kind)
    said = "".join(text[piece.start : piece.end] for piece in pieces)
    assert sum(map(str.isalpha, said)) == sum(map(str.isalpha, text))


@pytest.mark.parametrize(
    "more", ["Also the site is down", "Everything else works fine", "App Missing"]
)
def test_a_sentence_below_a_sign_off_is_kept(more: str) -> None:
    assert points(f"{SAID}\nKind regards,\n{more}", "en", "ticket") == [SAID, more]


@pytest.mark.parametrize(
    "closing",
    [
        "Regards, JOHN SMITH",
        "Kind regards, Solveig Takahashi, CISO",
        "Regards, J. Amankwah (no. 12)",
        "Best\nTom",
        "Warm wishes\nWinifred, for the Hearth & Home Trust",
        "Thanks. Bryce",
        "Many thanks,\n\nDr. Emily Carter, PhD\nHead of Procurement and Supply | Initech GmbH\n"
        "www.initech.com | emily@initech.com\n\n"
        "This e-mail is confidential and intended only for the addressee.",
        "Thanks,\nEmily Carter\nInitech GmbH\n[email] | [phone]",
        "Vielen Dank\nJan Wolf\nwww.initech.de\n\nDiese E-Mail enthält vertrauliche Informationen.",
        "Herzlich, Ihre Uta Semmelrogge",
        "Mit freundlichen Grüßen\nDipl.-Ing. R. Harmsdorf, Leitung Instandhaltung",
        "Cordialement,\nSté Brindeau & Fils\n12 chemin des Lavandières",
        "Atentamente,\nEncarnación Villaplana Ros",
        "Atte., Gonzalo P.",
        "Att, Thainá",
        "Distinti saluti, Ing. P. Castagneri",
        "Mvg, Gerrit-Jan Hovestad",
        "Pozdrawiam, Halina Wójtowiak",
        "Saygılarımla\nMehmet Yılmaz\n0532 123 45 67",
        "С уважением,\nИванов И. И.",
        "谢谢！\n此致\n敬礼\n张三\n2026年5月3日",
        "よろしくお願いいたします。\n田中",
        "감사합니다. 국채린 드림",
        "감사합니다.\n김철수 드림",
        "مع خالص التحية\nأبو ريان الشهيل",
    ],
)
def test_a_closing_is_removed(closing: str) -> None:
    assert points(f"{SAID}\n{closing}", "en", "ticket") == [SAID]


@pytest.mark.parametrize(
    "closing", ["Kind regards,\nAnna Smith", "Cheers, Tom", "Viele Grüße, Jan"]
)
def test_a_review_is_signed_as_well(closing: str) -> None:
    assert points(f"{SAID}\n{closing}", "en", "review") == [SAID]


@pytest.mark.parametrize(
    "text",
    [
        "Charged twice 49.99",
        "Overcharged by 120.00",
        "Still waiting since 12.05.2026.",
        "Nothing works since 2026-05-03",
        "Kein Internet seit 03.05.2026",
        "Doppelt abgebucht: 49.99",
        "Débité deux fois 49.90",
        "Cobrado dos veces 120.00",
        "Sin servicio desde 03/05/2026",
        "Non funziona dal 03/05/2026",
        "Двойное списание 1999.00",
        "Refund missing 2500",
        "Down since 14:30",
        "Error code E18",
        "Shows Error F05.",
        "Crash on iOS17",
        "iPhone14",
        "Ninguém atende no 0800.",
        "Invoice 49.99",
        "Order 12.05.2026",
    ],
)
def test_a_complaint_may_end_in_a_number(text: str) -> None:
    assert points(text, "en", "ticket") == [text]
    assert points(f"{SAID}\n{text}", "en", "ticket") == [SAID, text]
    assert points(f"{SAID} {text}", "en", "ticket") == [SAID, text]


@pytest.mark.parametrize(
    "reference",
    [
        "Order ref MOV-119-883",
        "order 404-7719.",
        "Booking no. 91.220.4.",
        "customer 90041127",
        "My order number is #12345",
        "Rental agreement RA-7750123",
        "session id 99-0c17",
        "txn id 7KD-99213",
        "Kundennr 440 918 77",
        "Zählernummer 1EMH0099127.",
        "Bestellnummer: 4711-0815",
        "Commande n° 12345",
        "Pedido 98765432",
        "Numero ordine 12345",
        "Ordernummer 12345",
        "Zamówienie nr 12/2026",
        "Sipariş no 556677",
        "Заказ № 12345",
        "订单号：20260503001",
        "注文番号 A-1234",
        "주문번호 20260503-001",
        "رقم الطلب 12345",
        "ऑर्डर नंबर 12345",
        "เลขที่ออเดอร์ 123456",
    ],
)
def test_a_reference_is_kept_only_if_there_is_nothing_else(reference: str) -> None:
    assert points(f"{SAID}\n{reference}", "en", "ticket") == [SAID]
    assert points(f"{SAID}\n{reference}\nRegards,\nAnna", "en", "ticket") == [SAID]
    assert points(f"{reference}\n{SAID}", "en", "ticket") == [SAID]
    assert segment(reference, "en", "ticket")


@pytest.mark.parametrize(
    "text",
    [
        "我的订单12345还没有发货。请尽快处理。",
        "订单88213少了一件商品\n请补发",
        "请查一下物流。\n订单12345一直没到",
        "请处理。\nhttps://shop.example/12345打不开",
        "注文番号12345の商品が壊れていました。交換希望です。",
        "交換してください。\n注文番号12345が破損",
        "주문번호 12345상품이안왔어요. 환불해 주세요.",
        "ออเดอร์ 12345ยังไม่ได้รับสินค้า\nกรุณาคืนเงิน",
        "الطلب 12345لم يصل\nساعدوني",
        "Order 12345-missing. Please resend.",
        "My order 12345/never arrived. Please check.",
        "Account 5521 hacked2day. Please lock it.",
        "Account 5521=locked. Please check.",
        "Invoice 2231 2x. Please check.",
        "It freezes.\nMy iphone14",
    ],
)
def test_a_number_with_words_joined_to_it_is_kept(text: str) -> None:
    pieces = segment(text, "und", "ticket")
    said = "".join(text[piece.start : piece.end] for piece in pieces)
    assert sum(map(str.isalnum, said)) == sum(map(str.isalnum, text))


COURTESIES = [
    "Thank you for your quick reply.",
    "Thanks for getting back to me.",
    "Danke für die schnelle Antwort.",
    "Vielen Dank für Ihre Nachricht.",
    "Merci pour votre réponse rapide.",
    "Gracias por su rápida respuesta.",
    "Grazie per la rapida risposta.",
    "Obrigado pela resposta rápida.",
    "Bedankt voor de snelle reactie.",
    "Dziękuję za szybką odpowiedź.",
    "Hızlı cevabınız için teşekkürler.",
    "Спасибо за быстрый ответ.",
    "早速のご返信ありがとうございます。",
    "感谢您的快速回复。",
    "شكرا على ردكم السريع.",
    "빠른 답변 감사합니다.",
    "त्वरित उत्तर के लिए धन्यवाद।",
]


@pytest.mark.parametrize("courtesy", COURTESIES)
def test_a_courtesy_is_kept_only_if_there_is_nothing_else(courtesy: str) -> None:
    assert points(f"{courtesy} {SAID}", "en", "ticket")[-1:] == [SAID]
    assert segment(f"{courtesy}\n{SAID}", "en", "ticket")[0].start > len(courtesy)
    assert segment(courtesy, "en", "ticket")
    assert segment(f"{courtesy}\n{SAID}", "en", "review")[0].start == 0


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for nothing.",
        "Thank you for the great support.",
        "Danke für nichts.",
        "Danke für die nette Beratung.",
        "Merci pour le remboursement.",
        "Gracias por nada.",
        "感谢你们的差评服务。",
    ],
)
def test_thanks_that_say_what_for_are_kept(text: str) -> None:
    assert segment(f"{text}\n{SAID}", "en", "ticket")[0].start == 0


@pytest.mark.parametrize(
    "closing",
    [
        "ขอบคุณค่ะ\nสมหญิง ใจดี",
        "ขอแสดงความนับถือ\nสมชาย",
        "धन्यवाद\nराहुल शर्मा",
        "सादर,\nराहुल शर्मा",
        "תודה\nדוד כהן",
        "בברכה,\nדוד כהן",
        "ধন্যবাদ\nরহিম",
        "شكرا جزيلا\nمحمد",
        "وتفضلوا بقبول فائق الاحترام\nمحمد",
        "Med vänliga hälsningar\nLars",
        "İyi çalışmalar dilerim.\nAhmet Kaya",
        "Sin otro particular, reciba un cordial saludo.\nLuis",
        "In attesa di riscontro, porgo distinti saluti.\nMarco",
        "In attesa di un Vs. gentile riscontro porgo\nDistinti saluti\nAvv. Giulia Bianchi",
        "Je vous prie d'agréer, Madame, Monsieur, mes salutations distinguées.\nClaire Martin",
        "Dans l'attente de votre réponse, je vous prie d'agréer, Madame, Monsieur, l'expression de"
        " mes salutations distinguées.\nClaire Martin",
    ],
)
def test_a_closing_in_other_languages_is_removed(closing: str) -> None:
    assert points(f"{SAID}\n{closing}", "en", "ticket") == [SAID]
