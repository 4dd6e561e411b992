"""Numbers that a team needs, told by what is written around them: dates, hours, prices, and those
that a word names as the number of an order, a customer, an error, …

Texts are folded before (``service.redaction.text``): digits, blanks and hyphens are ASCII.
"""

import re

_GAP = r"[^\S\n]"
_MONEY = (
    r"(?:[£$€¥₹₽₺₩฿₫₴₪%円元원]|(?:EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|TRY|RUB|UAH|BRL|MXN|COP|ARS"
    r"|CLP|PEN|AUD|CAD|NZD|JPY|CNY|RMB|KRW|INR|THB|IDR|VND|ILS|SAR|AED|EGP|ZAR|euros?|dollars?|pounds?"
    r"|pesos?|reais|kr|zł|Kč|Ft|lei|TL|руб\w{0,3}|грн)\b)"
)

_DATE = (
    r"(?<!\d)(?<!\d[-/.])(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2\d{4}"
    r"|\d{1,2}([-/.])\d{1,2}\3\d{2})(?:[T ]\d{1,2}(?::\d\d){1,2})?(?!\d|[-/.]\d)"
)
_TIME = r"(?:[01]?\d|2[0-4])[.:][0-5]\d"
_HOURS = rf"(?<!\d)(?<!\d[-/.]){_TIME}{_GAP}?[-–]{_GAP}?{_TIME}(?!\d|[-/.]\d)"
_PRICE = (
    rf"[£$€¥₹₽₺₩฿₫₴₪]{_GAP}?\d[\d.,' ]{{0,15}}"
    rf"|(?<!\d)(?:\d{{1,3}}(?:{_GAP}\d{{3}}){{1,4}}|\d[\d.,']{{0,15}}){_GAP}?{_MONEY}"
)

_THING = (
    r"\b(?:orders?|tickets?|invoice|case|claim|ref|reference|tracking|parcel|booking|reservation|"
    r"confirmation|transaction|serial|sku|isbn|ean|gtin|upc|jan|imei|pnr|article|item|"
    r"(?:error|fault)(?: code)?|policy|"
    r"bestell\w*|auftrag\w*|rechnung\w*|sendung\w*|vorgang\w*|artikel\w*|fehler(?:code)?|"
    r"commande|facture|colis|dossier|suivi|réf|référence|pedido|factura|reserva|referencia|"
    r"incidencia|reclamación|ordine|fattura|pratica|riferimento|encomenda|fatura|protocolo|"
    r"reclamação|bestelling|factuur|beställning|ärende|zamówieni\w*|zgłoszeni\w*|faktur\w*|"
    r"sipariş\w*|заказ\w*|заявк\w*|обращени\w*|договор\w*|замовлен\w*)\b"
)
"""What has a number of its own, even if nobody says "number"."""
_OWNER = (
    r"(?:customer|client|account|member(?:ship)?|contract|cliente|contrat\w{0,2}|adhérent|abonné|conto|"
    r"conta|socio|klient\w{0,2}|umow\w|müşteri|abone|клиент\w{0,2})"
)
"""Who is as likely to have a telephone: only with a word for "number"."""
_NUMBER = r"(?:n[or°º]?\.?|num|number|nummer|numéro|número|numero|numer|numarası|номер|id)(?!\w)"
_CALLED = (
    r"tel|fon|phone|handy|mobil|ruf|fax|festnetz|gsm|sms|whats|kontakt|durchwahl|hotline|service"
    r"|privat|büro|dienst|zweit"
)
"""What is part of a compound that names a telephone's number, not a thing's."""
_NAMED = (
    rf"{_THING}|\b{_OWNER}(?:/\w{{1,12}})?{_GAP}?{_NUMBER}"
    rf"|\b{_NUMBER}{_GAP}(?:d[eiuao]s?{_GAP}|d')?{_OWNER}\b"
    rf"|\b(?!\w{{0,20}}(?:{_CALLED}))\w{{3,24}}(?:nr|nummer|number|numret?)\b"
    r"|[ぁ-ヿ一-鿿]{1,8}(?:番号|コード)(?<!の番号)(?<!話番号)(?<!携帯番号)(?<!連絡先番号)(?<!ファックス番号)"
    r"|[一-鿿]{0,4}(?:[订訂]单|訂單|[单單編编账帳卡]|会员|會員|客户|客戶)[号號]码?|注文|[订訂][单單]"
    r"|[가-힣]{2,8}번호(?<!전화번호)(?<!휴대폰번호)(?<!핸드폰번호)(?<!폰번호)(?<!연락처번호)"
    rf"|(?:주문|송장|예약|고객|접수|계약|회원|상품){_GAP}번호"
)
_IDENTIFIER = (
    rf"(?:{_NAMED})"
    rf"(?:{_GAP}|[.:#№-]|\b{_NUMBER}|\b(?:is|was|ist|lautet|war|est|es|è|é)\b|[はが是為为는은]){{0,6}}"
    r"[A-Za-z]{0,4}-?\d[\d-]{0,40}|#\d[\d-]{0,40}"
)
_KEPT = re.compile(f"{_DATE}|{_HOURS}|{_PRICE}|{_IDENTIFIER}", re.IGNORECASE)


def masked(text: str) -> str:
    """``text`` with NULs for what is kept, so that offsets stay."""
    return _KEPT.sub(lambda match: "\0" * len(match[0]), text)
