"""Detects the language of a text, and normalises language tags."""

import re
import threading
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

UNDETERMINED: Final = "und"

_MAX_EXAMINED: Final = 100
"""How many characters are examined: more would cost time and change next to nothing."""

_MIN_LETTERS: Final = 12
"""The language of a text with fewer letters is determined only by its script, if at all."""

_MIN_CONFIDENCE: Final = 0.4

_LANGUAGES: Final = (
    "af ar az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it"
    " ja ka kk kn ko lt lv mk ml mn mr ms mt ne nl no pa pl pt ro ru sk sl sq sr sv sw ta te th"
    " tl tr uk ur uz vi zh"
)
"""Languages that customers write. The identifier knows rarer ones, but mostly reports them by
mistake for these."""

_CODES: Final = {"nb": "no", "nn": "no", "iw": "he", "in": "id"}
"""Variants and obsolete codes, with the code that ``detect`` returns for the language."""

_KANA: Final = re.compile(r"[\u3040-\u30ff]")
_SCRIPTS: Final = (
    (_KANA, "ja"),
    (re.compile(r"[\uac00-\ud7af\u1100-\u11ff]"), "ko"),
    (re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf]"), "zh"),
    (re.compile(r"[\u0370-\u03ff]"), "el"),
    (re.compile(r"[\u0590-\u05ff]"), "he"),
    (re.compile(r"[\u0e00-\u0e7f]"), "th"),
    (re.compile(r"[\u10a0-\u10ff]"), "ka"),
    (re.compile(r"[\u0530-\u058f]"), "hy"),
)
"""Scripts that identify a language, mixed ones first. A few kana among Chinese characters do not:
they occur in Japanese notes, and in Chinese that names something Japanese."""

_LETTER: Final = re.compile(r"[^\W\d_]")
_NOISE: Final = re.compile(r"https?://\S+|\S+@\S+|[\ud800-\udfff\x00]")
_FOREIGN: Final = re.compile(r"[\u0370-\uffff]")

_loading = threading.Lock()


def detect(text: str) -> str:
    """The ISO 639-1 code of a text's language, or ``und`` if it cannot be determined.

    Examines only the beginning of the text. Safe to call from several threads.
    """
    beginning = _NOISE.sub(" ", text[:_MAX_EXAMINED])
    letters = len(_LETTER.findall(beginning))
    if _FOREIGN.search(beginning):
        for script, language in _SCRIPTS:
            if 3 * len(script.findall(beginning)) >= letters > 0:
                mixed = language == "zh" and _KANA.search(beginning)
                return _identify(beginning) if mixed else language
    return _identify(beginning) if letters >= _MIN_LETTERS else UNDETERMINED


def normalize(code: str) -> str:
    """The code that analyses use for a language tag: ``pt`` for ``pt-BR`` and ``PT_br``, and ``no``
    for ``nb-NO``."""
    primary = re.split(r"[-_]", code.strip().lower(), maxsplit=1)[0]
    return _CODES.get(primary, primary) or UNDETERMINED


def _identify(beginning: str) -> str:
    language, confidence = _identifier().classify(beginning)
    return str(language) if confidence >= _MIN_CONFIDENCE else UNDETERMINED


def _identifier() -> "LanguageIdentifier":
    with _loading:
        return _load()


@cache
def _load() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    whole = LanguageIdentifier.from_model_file(MODEL_FILE)
    wanted = set(_LANGUAGES.split())
    kept = [index for index, code in enumerate(whole.nb_classes) if code in wanted]
    # Rebuilt from the wanted columns: ``set_languages`` would keep all of the model in memory.
    return LanguageIdentifier(
        whole.nb_ptc[:, kept],
        whole.nb_pc[kept],
        [whole.nb_classes[index] for index in kept],
        whole.tk_nextmove,
        whole.tk_output,
        norm_probs=True,
        tk_row=whole.tk_row,
    )
