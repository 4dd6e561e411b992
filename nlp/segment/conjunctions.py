"""Words that open a new point inside a sentence, by language."""

from typing import Final

CONTRASTS: Final[dict[str, str]] = {
    "en": "but although though however yet whereas unfortunately sadly otherwise except instead",
    "de": "aber jedoch allerdings obwohl dafür dagegen nur leider sondern trotzdem hingegen doch"
    " sonst wobei",
    "fr": "mais cependant pourtant toutefois néanmoins malheureusement sauf alors_que par_contre"
    " en_revanche bien_que dommage",
    "es": "pero aunque sin_embargo mientras_que lástima salvo excepto en_cambio no_obstante eso_sí",
    "pt": "mas porém contudo embora entretanto apesar enquanto só_que no_entanto todavia pena",
    "it": "ma però tuttavia invece peccato mentre anche_se purtroppo sebbene",
    "nl": "maar echter hoewel terwijl helaas alleen jammer daarentegen",
    "pl": "ale jednak lecz natomiast niestety choć chociaż szkoda za_to a",
    "tr": "ama fakat ancak lakin ne_yazık_ki maalesef oysa yalnız",
    "ru": "но однако зато хотя жаль а правда",
    "ja": "けど けれど けれども が のに しかし ただ でも 一方 ところが",
    "zh": "但 但是 不过 可是 可惜 然而 只是 就是 却",
    "ko": "하지만 그런데 그러나 다만",
    "sv": "men dock tyvärr",
    "da": "men dog desværre",
    "no": "men dessverre",
    "ar": "لكن ولكن إلا",
    "uk": "але проте однак",
    "cs": "ale však bohužel",
    "ro": "dar însă",
    "id": "tapi tetapi namun sayangnya",
    "vi": "nhưng tuy_nhiên",
    "th": "แต่",
    "hi": "लेकिन पर मगर",
    "el": "αλλά όμως",
    "hu": "de viszont azonban",
    "fi": "mutta",
}
"""Conjunctions and adverbs after which the judgement usually turns."""

ADDITIONS: Final[dict[str, str]] = {
    "en": "and so then plus also because while",
    "de": "und dann außerdem denn weil",
    "fr": "et puis donc car",
    "es": "y e además así_que porque",
    "pt": "e além então porque",
    "it": "e ed inoltre quindi perché",
    "nl": "en dus want omdat",
    "pl": "i oraz więc bo",
    "tr": "ve ayrıca",
    "ru": "и потом",
    "sv": "och så",
    "da": "og så",
    "no": "og så",
    "ar": "و",
    "uk": "і та",
    "cs": "a i",
    "ro": "și",
    "id": "dan",
    "vi": "và",
    "hi": "और",
    "el": "και",
    "hu": "és",
    "fi": "ja",
}
"""Conjunctions that more often continue the same point than open a new one."""

TURNS: Final[dict[str, str]] = {
    "en": "but although though however whereas",
    "de": "aber obwohl wobei",
    "fr": "mais alors_que bien_que par_contre",
    "es": "pero aunque sin_embargo mientras_que",
    "pt": "mas porém embora só_que",
    "it": "ma tuttavia anche_se sebbene",
    "nl": "maar hoewel terwijl",
    "pl": "ale lecz choć chociaż",
    "tr": "ama fakat ancak lakin",
    "ru": "но однако хотя зато",
    "sv": "men",
    "da": "men",
    "no": "men",
    "ar": "لكن ولكن",
    "uk": "але проте",
    "cs": "ale",
    "ro": "dar însă",
    "id": "tapi tetapi namun",
    "vi": "nhưng",
    "hi": "लेकिन मगर",
    "el": "αλλά",
    "hu": "de viszont",
    "fi": "mutta",
}
"""Contrasts that open a clause even without a comma: those that are not adverbs, too."""

TURNS_WITHIN: Final[dict[str, str]] = {
    "ja": "しかし|けれど|けど|(?<=[すただいん])が、",
    "ko": r"(?<=\s)(?:하지만|그런데|그러나)|(?<=지만)(?<!\s하지만)\s",
    "zh": "(?<!不)但(?!凡)|(?<!只)不过(?!关)|可是|然而",
    "th": "(?<!ตั้ง)แต่(?!ละ|งงาน|งตัว)",
}
"""The same as patterns, for scripts without spaces, in which longer words may contain them, and for
Korean, which contrasts by the ending of a verb."""
