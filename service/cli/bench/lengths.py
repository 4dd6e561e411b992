"""Whether the time of an analysis grows only linearly with the length of a text, for any text."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nlp.documents import Document
from service.analysis.engine import AnalyzerLike

SIZES: Final = (1_000, 3_000, 10_000, 30_000)
"""Characters. The shortest text is read in one window, the others in several that overlap."""

MIN_SECONDS: Final = 0.1

UNITS: Final = {
    "review": "The food was great, but the waiter ignored us. We will not come back! ",
    "one word": "great ",
    "no space": "a",
    "mentions": "Good. Bad. ",
    "lines": "a\n",
    "line breaks": "\n",
    "full stops": ".",
    "signs": "!?",
    "emoji": "😡👍🏽",
    "families": "👨‍👩‍👧‍👦",
    "combining marks": "e\u0301\u0302\u0303\u0323",
    "marks alone": "\u0301",
    "zero width": "a\u200b\u200d\u2060",
    "right to left": "\u202eالخدمة سيئة جدا. ",
    "Chinese": "味道不错，但是服务员一直不理我们。",
    "Japanese": "料理はとても美味しかった。店員さんには無視されました。",
    "Thai": "สวัสดีครับ",
    "HTML": '<div class="a"><p>Hi &amp; bye</p></div>',
    "JSON": '{"a": [1, 2, {"b": "c"}], "d": null}, ',
    "code": "def f(x):\n    return x[0] + f(x[1:])  # no\n",
    "addresses": "a@",
    "open quotes": '"a ',
    "open brackets": "(a ",
    "abbreviations": "U.S.A.",
    "semicolons": "a b; ",
    "quoted replies": "On Monday he wrote:\n> so\n",
    "mail labels": "To: a\n",
    "names": "Anna Bell\n",
    "unencodable": "\x00\ud800a ",
}
"""The units that texts repeat."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Microseconds of processor time a character, for a text of each size."""

    micros: tuple[float, ...]

    @property
    def factor(self) -> float:
        """The cost per character in the longest text, relative to a text a tenth as long."""
        return self.micros[-1] / self.micros[-3]


def text_of(unit: str, size: int) -> str:
    """``unit`` repeated to ``size`` characters."""
    return (unit * (size // len(unit) + 1))[:size]


def measure(analyzer: AnalyzerLike, unit: str, sizes: Sequence[int] = SIZES) -> Growth:
    """Analyse a ticket of each size. Its time is that of all threads of the process."""
    return Growth(tuple(_micros(analyzer, text_of(unit, size)) for size in sizes))


def _micros(analyzer: AnalyzerLike, text: str) -> float:
    """The fastest of the runs that fill ``MIN_SECONDS``: disturbances only make a run slower."""
    seconds: list[float] = []
    while sum(seconds) < MIN_SECONDS:
        started = time.process_time()
        analyzer.analyze([Document(text, "ticket")])
        seconds.append(time.process_time() - started)
    return min(seconds) / len(text) * 1e6
