"""What a group of mentions is about, in words: a title that somebody has said, and keywords."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nlp.backends.protocol import Float
from nlp.segment import segment
from nlp.themes.clusters import centroid

LONGEST: Final = 80
"""Characters of a title."""

KEYWORDS: Final = 6

_UNSPACED: Final = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
"""Thai, Lao, Burmese, Khmer, kana and Chinese characters: scripts without spaces."""

_RUN: Final = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+(?:['’\-][^\W_{_UNSPACED}]+)*")
_UNSPACED_RUN: Final = re.compile(rf"[{_UNSPACED}]")
_EDGE: Final = " \t\r\n.,;:!?…。、，；！？-–—\"'“”„«»()[]*#"


@dataclass(frozen=True, slots=True)
class Description:
    """``title`` has at most ``LONGEST`` characters; ``keywords``, the most telling first."""

    title: str
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    title: str
    owner: int


def describe(
    texts: Sequence[str],
    languages: Sequence[str],
    vectors: Float,
    main_language: str,
    background_texts: Sequence[str] = (),
) -> Description:
    """Title and keywords of the group of mentions ``texts``, of which there must be one.

    ``vectors`` (n, d) are theirs, rows of length 1. The title is in ``main_language`` if any of
    them is. ``background_texts`` are other mentions of the same stage and touchpoint: what they say
    as well tells nothing.
    """
    spoken = [i for i, language in enumerate(languages) if language == main_language]
    chosen = spoken or list(range(len(texts)))
    likeness = vectors @ centroid(vectors)
    keywords = _keywords([texts[i] for i in chosen], background_texts)
    best = max(
        (piece for i in chosen for piece in _candidates(texts[i], languages[i], i)),
        key=lambda piece: (_score(piece, likeness, keywords), -piece.owner),
    )
    return Description(best.title, tuple(keywords[:KEYWORDS]))


def _candidates(text: str, language: str, owner: int) -> Iterator[_Candidate]:
    pieces = [text, *(text[piece.start : piece.end] for piece in segment(text, language))]
    titles = [_cleaned(piece) for piece in pieces]
    short = [title for title in titles if 0 < len(title) <= LONGEST]
    for title in short or [_shortened(titles[0])]:
        yield _Candidate(title, owner)


def _cleaned(text: str) -> str:
    title = " ".join(text.split()).strip(_EDGE)
    return title[:1].upper() + title[1:]


def _shortened(title: str) -> str:
    head = title[: LONGEST - 1]
    whole = head if _UNSPACED_RUN.search(head[-1:]) else head.rpartition(" ")[0] or head
    return whole.rstrip(_EDGE) + "…"


def _score(piece: _Candidate, likeness: Float, keywords: Sequence[str]) -> float:
    terms = set(_terms(piece.title))
    told = sum(keyword in terms for keyword in keywords[:KEYWORDS]) / KEYWORDS
    return float(likeness[piece.owner]) + told


def _keywords(texts: Sequence[str], background: Sequence[str]) -> list[str]:
    """Terms by class-based TF-IDF (Grootendorst 2022, arXiv 2203.05794, section 3.3)."""
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(analyzer=_terms, binary=True)
    try:
        counts: Any = counter.fit_transform([*texts, *background])
    except ValueError:  # no text has a term
        return []
    inside = np.asarray(counts[: len(texts)].sum(axis=0)).ravel()
    outside = np.asarray(counts[len(texts) :].sum(axis=0)).ravel()
    weights: NDArray[np.float64] = inside * np.log1p(len(texts) / (inside + outside))
    names = counter.get_feature_names_out()
    return [str(names[i]) for i in np.lexsort((names, -weights)) if weights[i] > 0]


def _terms(text: str) -> list[str]:
    found: list[str] = []
    for run in _RUN.findall(text.lower()):
        if _UNSPACED_RUN.match(run):
            found += [run[i : i + n] for n in (2, 3, 4) for i in range(len(run) - n + 1)]
        elif len(run) > 2:
            found.append(run)
    return found
