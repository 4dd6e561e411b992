"""Text in its stored form: the offsets of mentions count characters of this form."""

from service.intake.markup import html_to_text
from service.text import to_nfc

BYTE_ORDER_MARK = "\ufeff"


def normalise(text: str) -> str:
    """NFC, line ends as ``\\n``, no byte order mark, no surrounding white space."""
    text = to_nfc(text).replace(BYTE_ORDER_MARK, "")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip()


def plain_text(text: str) -> str:
    """Normalised text; HTML, if it is such, is made plain."""
    return normalise(html_to_text(text)) if "<" in text or "&" in text else text
