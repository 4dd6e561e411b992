"""Numbers that a team needs, recognised by what is written around them: dates, hours, prices, and
those that a word identifies as the number of an order, a customer, an error, …

Texts are folded before (``service.redaction.text``): digits, blanks and hyphens are ASCII.
"""

import re

_GAP = r"[^\S\n]"
_SIGN = "[£$€¥₹₽₺₩฿₫₴₪]"
_MONEY = (
    rf"(?:{_SIGN}(?!{_GAP}?\d)|[%円元원]|(?:EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|TRY|RUB|UAH|BRL"
    r"|MXN|COP|ARS|CLP|PEN|AUD|CAD|NZD|JPY|CNY|RMB|KRW|INR|THB|IDR|VND|ILS|SAR|AED|EGP|ZAR|euros?"
    r"|dollars?|pounds?|pesos?|reais|kr|zł|Kč|Ft|TL|руб\w{0,3}|грн)\b)"
)
SEPARATOR = rf"(?:{_GAP}|[().\-–/])"
"""What may separate the digits of one phone number, up to three times."""

_DATE = (
    r"(?<!\d)(?<!\d[-/.])(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2\d{4}"
    r"|\d{1,2}([-/.])\d{1,2}\3\d{2})(?:[T ]\d{1,2}(?::\d\d){1,2})?(?!\d|[-/.]\d)"
)
_TIME = r"(?:[01]?\d|2[0-4])[.:][0-5]\d"
_HOURS = rf"(?<!\d)(?<!\d[-/.]){_TIME}{_GAP}?[-–]{_GAP}?{_TIME}(?!\d|[-/.]\d)"
_AMOUNT = (
    rf"(?:\d{{1,3}}(?:{_GAP}\d{{3}}){{1,2}}(?!{_GAP}?\d)|\d{{1,3}}(?:[,']\d{{2,3}}|\.\d{{3}}){{1,4}}"
    r"|\d{1,8})(?:[.,]\d{1,2})?(?!\d)"
)
"""Ungrouped digits are not an amount if there are as many as in a phone number."""
_FIRST = "".join(rf"(?<!\d{SEPARATOR}{{{times}}})" for times in range(4))
"""Before a number that no digits precede."""
_PRICE = rf"{_SIGN}{_GAP}?{_AMOUNT}|{_FIRST}{_AMOUNT}{_GAP}?{_MONEY}"

_THING = (
    r"orders?|tickets?|invoice|(?<!in )case|claim|ref|reference|tracking|parcel|booking|"
    r"reservation|confirmation|transaction|serial|sku|isbn|ean|gtin|upc|jan|imei|pnr|article|item|"
    r"(?:error|fault)(?: code)?|policy|"
    r"bestellung|(?:bestell|auftrags)bestätigung|auftrag|rechnung|sendung|vorgang|artikel|fehler(?:code)?|"
    r"commande|facture|colis|dossier|suivi|réf|référence|pedido|factura|reserva|referencia|"
    r"incidencia|reclamación|ordine|fattura|pratica|riferimento|encomenda|fatura|protocolo|"
    r"reclamação|bestelling|factuur|beställning|ärende|zamówieni\w*|zgłoszeni\w*|"
    r"faktur(?:an?|y|ę|ą|ze|or)|sipariş\w*|заказ(?:а|у|ом|е)?|заявк\w*|обращени(?:е|я|ю|ем|и)|"
    r"договор(?:а|у|ом|е)?|замовлен\w*"
)
"""Things that have a number of their own, even if nobody says "number"."""
_OWNER = (
    r"(?:customer|client|account|member(?:ship)?|contract|cliente|contrat\w{0,2}|adhérent|abonné|conto|"
    r"conta|socio|klient\w{0,2}|umow\w|müşteri|abone|клиент\w{0,2})"
)
"""Those who are as likely to have a phone number: only with a word for "number"."""
_PART = (
    r"\bpart|model|product|license|"
    r"kunde|mitglied|vertrag|bestell|buchung|reservierung|paket|lieferung|lieferschein|referenz|"
    r"transaktion|\bfall|schadens?fall|schaden?|policen|versicherung|versicherungsschein|antrag|"
    r"(?<!kont)akte|steuer|konto|karte|depot|beleg|quittung|gutschein|serie|gerät|modell|produkt|"
    r"charge|zähler|identifikation|debitor|abo|abonnement|"
    r"klant|bestel|relatie|lidmaatschap|polis|rekening|zaak|zending|pakket|referentie|meter|"
    r"boeking|reservering|transactie|"
    r"kund|medlem|ordre|ärend|saks|sags|bestilling|bokning|försäkring|forsikring|avtal|avtale|aftale|"
    r"kontrakt|mätar|måler|försändelse|spårning|sporing|referens|referanse|varu|vare|artikkel|kvitto|"
    r"kvittering"
)
"""Parts of compounds with a word for "number"; in any other, it may be a phone number."""
_NUMBER = r"(?:n[or°º]?\.?|num\.?|number|nummer|numéro|número|numero|numer|numarası|номер|id)(?!\w)"
_NAMED = (
    rf"\b(?:{_THING})\b|\b{_OWNER}(?:/\w{{1,12}})?{_GAP}?{_NUMBER}"
    rf"|\b{_NUMBER}{_GAP}(?:d[eiuao]s?{_GAP}|d')?{_OWNER}\b"
    rf"|(?:{_THING}|{_OWNER}|{_PART})(?:s|e[ns]?|n)?-?(?:nr\.?|nummer|number|numret?)(?!\w)"
    r"|(?:注文|受注|予約|会員|客様?|顧客|契約|伝票|追跡|送り状|合わ?せ|受付|管理|商品|製品|製造|取引|確認|承認|認証"
    r"|口座|証券|保険|請求書?|領収書?|整理|登録|申込|申請|配送|荷物|出荷|発送|決済|郵便|エラー|シリアル|モデル|チケット"
    r"|クーポン|ユーザー|アカウント|バー)(?:番号|コード)"
    r"|[订訂][单單][号號][码碼]?|[单單編编][号號](?![码碼])|(?:会员|會員|客户|客戶)卡?[号號](?![码碼])|注文|[订訂][单單]"
    r"|(?:주문|송장|예약|고객|접수|계약|회원|상품|제품|모델|시리얼|일련|결제|거래|승인|계좌|카드|증권|보험|배송|추적|등록|참조"
    rf"|영수증|환불|신청|관리|사건|우편|티켓|오류|에러){_GAP}?번호"
)
_WHOLE = rf"(?:\d{{7,40}}|(?!0|\d{{3}}-\d{{3}}-\d{{4}})\d[\d-]{{0,40}}(?!{SEPARATOR}{{0,3}}\d))"
"""Excludes short groups of digits that continue after a blank, or look like a phone number."""
_IDENTIFIER = (
    rf"(?:{_NAMED})"
    rf"(?:{_GAP}|[:#№-]|(?<=ref|réf)\.|\b{_NUMBER}|\b(?:is|was|ist|lautet|war|est|es|è|é)\b"
    r"|[はが是為为는은]){0,6}"
    rf"[A-Za-z]{{0,4}}-?{_WHOLE}|#{_WHOLE}"
)
_EXEMPT = re.compile(f"{_DATE}|{_HOURS}|{_PRICE}|{_IDENTIFIER}", re.IGNORECASE)


def mask_exempt_numbers(text: str) -> str:
    """``text`` with NULs in place of kept numbers, so that offsets stay."""
    return _EXEMPT.sub(lambda match: "\0" * len(match[0]), text)
