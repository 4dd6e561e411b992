"""Abbreviations that the sentence splitter does not know, by language, without the final dot."""

from typing import Final

UNFINISHED: Final[dict[str, str]] = {
    "en": "approx incl excl acct tel qty misc addr mgr",
    "de": "inkl exkl zzgl abzgl insb bspw tel abt einschl ausschl bestellnr kundennr rechnungsnr",
    "fr": "réf",
    "es": "aprox atn ref",
    "it": "incl pag",
    "pt": "aprox av núm tel ref dpto incl qtd",
    "nl": "incl excl tel o.a d.w.z",
    "pl": "m.in tj tel tzw wg ew św dot woj",
    "tr": "örn yakl tel bkz mah cad",
    "ru": "прибл напр т.е",
    "uk": "прибл тел",
    "sv": "t.ex inkl exkl dvs tel",
    "da": "bl.a",
    "no": "f.eks inkl ekskl dvs tlf",
    "cs": "popř",
    "ro": "aprox tel str",
    "hu": "kb ún tel",
    "el": "περ τηλ αρ δηλ",
    "id": "yg spt tel",
    "vi": "tp vd",
}
"""Abbreviations that never end a sentence."""

CLOSING: Final[dict[str, str]] = {
    "en": "max est pcs appt",
    "fr": "max min",
    "pt": "etc máx mín",
    "pl": "szt pkt max min",
    "tr": "vb dk sn sa maks",
    "ru": "др дн шт коп макс вкл",
    "uk": "дн шт",
    "sv": "osv kr max ev resp",
    "no": "osv kr stk maks evt",
    "ro": "max ex",
    "hu": "stb sz db max",
    "id": "dll dsb maks",
}
"""Abbreviations that may end a sentence; it goes on if a lower-case letter or a digit follows."""

NUMBERED: Final[dict[str, str]] = {
    "en": "nº",
    "fr": "no nº",
    "es": "nº",
    "it": "nº",
    "pt": "nº",
    "pl": "nr godz",
}
"""Words that are abbreviations only if a digit follows."""
