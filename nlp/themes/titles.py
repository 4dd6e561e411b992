"""Describes a group of mentions: a title taken from what somebody has said, and keywords."""

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np

from nlp.arrays import Float32, Float64
from nlp.segment import segment
from nlp.segment.sentences import sentences
from nlp.segment.spans import printable
from nlp.themes.clusters import centroid

MAX_TITLE: Final = 80
"""The most characters of a title."""

KEYWORDS: Final = 6
KEYWORD_BONUS: Final = 0.5
"""The bonus of a title with all keywords, on the scale of cosines to the group's centroid."""

PART_PENALTY: Final = 0.1
"""The penalty of a title that is a sentence instead of the whole text; a clause has twice that."""

_HAN: Final = r"\u3400-\u4dbf\u4e00-\u9fff"
_KATAKANA: Final = r"\u30a0-\u30ff"
_HIRAGANA: Final = r"\u3040-\u309f"
_EASTERN: Final = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Thai, Lao, Burmese and Khmer; like the three above, scripts without spaces."""

_UNSPACED: Final = re.compile(f"[{_HAN}{_KATAKANA}{_HIRAGANA}{_EASTERN}]")
_LETTER: Final = rf"[^\W_{_HAN}{_KATAKANA}{_HIRAGANA}{_EASTERN}]"
_RUN: Final = re.compile(
    rf"(?P<han>[{_HAN}]+)|(?P<eastern>[{_EASTERN}]+)"
    rf"|(?P<word>[{_KATAKANA}]+|{_LETTER}+(?:['’\-]{_LETTER}+)*)|[{_HIRAGANA}]+"
)
"""Words, and runs without spaces between words. Hiragana is matched to be skipped: it is mostly
grammar."""

_SIZES: Final = {"han": (2, 3, 4), "eastern": (4, 5, 6)}
"""Characters of a term in runs without spaces."""

_EDGE: Final = " \t\r\n.,;:!?…。、，；：！？-–—*#"
_QUOTES: Final = "\"'“”„«»‘’"


@dataclass(frozen=True, slots=True)
class Description:
    """``title`` has at most ``MAX_TITLE`` characters; ``keywords`` are in order of weight."""

    title: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """``score`` is the mention's cosine to the centroid, less a penalty for parts of the text."""

    title: str
    score: float


def describe(
    texts: Sequence[str],
    languages: Sequence[str],
    vectors: Float32,
    main_language: str,
    background_texts: Sequence[str] = (),
) -> Description:
    """The title and keywords of a group of mentions, of which there must be at least one.

    ``vectors`` (n, d) are those of the mentions' ``texts``, rows of length 1. The title is in
    ``main_language`` if any of the texts is. ``background_texts`` are other mentions of the same
    stage and touchpoint: what is as common there is not a keyword.
    """
    in_main = [i for i, language in enumerate(languages) if language == main_language]
    chosen = in_main or list(range(len(texts)))
    nearness = vectors @ centroid(vectors)
    keywords = _keywords(
        [texts[i] for i in chosen], background_texts, {languages[i] for i in chosen}
    )
    candidates = [
        candidate
        for i in chosen
        for candidate in _candidates(texts[i], languages[i], float(nearness[i]))
    ]
    best = max(
        candidates,
        key=lambda each: each.score + KEYWORD_BONUS * _keyword_share(each.title, keywords),
    )
    return Description(best.title, tuple(keywords))


def _candidates(text: str, language: str, nearness: float) -> Iterator[_Candidate]:
    """The whole text if it is short enough, otherwise those of its sentences that are, otherwise
    those of its clauses that are; if nothing is, the beginning of the text."""
    text = printable(text)
    whole = [(0, len(text))]
    clauses = ((piece.start, piece.end) for piece in segment(text, language))
    parts = (whole, sentences(text, 0, len(text), language), clauses)
    for depth, spans in enumerate(parts):
        titles = [_cleaned(text[start:end]) for start, end in spans]
        short = [title for title in titles if 0 < len(title) <= MAX_TITLE]
        if short:
            yield from (_Candidate(title, nearness - depth * PART_PENALTY) for title in short)
            return
    yield _Candidate(_shortened(_cleaned(text) or text), nearness - len(parts) * PART_PENALTY)


def _cleaned(text: str) -> str:
    title = " ".join(text.split()).strip(_EDGE)
    if title[:1] in _QUOTES and title[-1:] in _QUOTES:
        title = title.strip(_EDGE + _QUOTES)
    return title[:1].upper() + title[1:]


def _shortened(title: str) -> str:
    """The beginning, up to the end of a word."""
    if len(title) <= MAX_TITLE:
        return title
    head = title[: MAX_TITLE - 1]
    cut_inside = not (_UNSPACED.search(title[MAX_TITLE - 1]) or title[MAX_TITLE - 1].isspace())
    whole = head.rpartition(" ")[0] if cut_inside and " " in head else head
    return whole.rstrip(_EDGE) + "…"


def _keyword_share(title: str, keywords: Sequence[str]) -> float:
    terms = set(_terms(title))
    return sum(keyword in terms for keyword in keywords) / KEYWORDS


def _keywords(texts: Sequence[str], background: Sequence[str], languages: set[str]) -> list[str]:
    """Terms by class-based TF-IDF (Grootendorst 2022, arXiv 2203.05794, section 3.3).

    The classes are the group and the background; a text counts at most once for a term. A term that
    only one of the group's texts has is a keyword only if no term is in two of them.
    """
    from sklearn.feature_extraction.text import CountVectorizer
    from stopwordsiso import langs, stopwords

    stop_words = stopwords(sorted(languages & langs()))
    counter = CountVectorizer(analyzer=partial(_terms, stop_words=stop_words), binary=True)
    try:
        counts: Any = counter.fit_transform([*texts, *background])
    except ValueError:  # no text has a term
        return []
    inside = np.asarray(counts[: len(texts)].sum(axis=0)).ravel()
    outside = np.asarray(counts[len(texts) :].sum(axis=0)).ravel()
    mean = (inside.sum() + outside.sum()) / 2
    weights: Float64 = inside * np.log1p(mean / (inside + outside))
    if background:
        weights[inside * len(background) <= outside * len(texts)] = 0
    if (weights[inside > 1] > 0).any():
        weights[inside < 2] = 0
    names = counter.get_feature_names_out()
    sizes = [len(name) for name in names]
    order = np.lexsort((names, np.negative(sizes), -weights))
    return list(_apart(str(names[i]) for i in order if weights[i] > 0))


def _apart(terms: Iterable[str]) -> Iterator[str]:
    """The first ``KEYWORDS`` terms, without any that contains an earlier one or is part of it."""
    kept: list[str] = []
    for term in terms:
        if not any(term in other or other in term for other in kept):
            kept.append(term)
            yield term
        if len(kept) == KEYWORDS:
            return


def _terms(text: str, stop_words: Container[str] = ()) -> list[str]:
    """Words of three letters or more, pairs of such neighbours, and parts of runs in scripts
    without spaces; ``stop_words`` are left out."""
    found: list[str] = []
    before = ""
    for run in _RUN.finditer(text.lower()):
        term, sizes = run[0], _SIZES.get(run.lastgroup or "", ())
        found += _parts(term, sizes)
        is_term = run.lastgroup == "word" and len(term) > 2 and term not in stop_words
        if is_term:
            found += [term, *([f"{before} {term}"] if before else [])]
        before = term if is_term else ""
    return [term for term in found if term not in stop_words]


def _parts(run: str, sizes: Iterable[int]) -> Iterator[str]:
    """Substrings of these sizes that do not begin with a combining mark."""
    for size in sizes:
        for start in range(len(run) - size + 1):
            if not unicodedata.category(run[start]).startswith("M"):
                yield run[start : start + size]
