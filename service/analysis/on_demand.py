"""The analysis of texts on demand, without storing anything."""

from types import SimpleNamespace
from typing import Final

from models.mention import MODEL
from nlp.documents import Analysis, Document
from service.analysis.engine import Engine
from service.analysis.errors import TooMuchText
from service.analysis.schemas import AnalyzeIn, AnalyzeItemIn, AnalyzeOut
from service.corrections.layers import as_namespace, bare_values, item_columns, summarized
from service.corrections.learned_labels import NO_LEARNED_LABELS, LearnedLabels
from service.corrections.mention_vectors import packed_vectors, unpacked_vectors
from service.errors import InvalidParam
from service.insights.readings import AnalysisOut, analysis_out
from service.intake.fields import primary_language
from service.journey.mapping import JourneyMap

_BY_MODEL: Final = {"stage": MODEL, "touchpoint": MODEL}
_NOTHING_SENT: Final = SimpleNamespace(stage_sent=None, touchpoint_sent=None)


def analyze_texts(
    engine: Engine,
    journey: JourneyMap,
    request: AnalyzeIn,
    most_chars: int,
    learned: LearnedLabels = NO_LEARNED_LABELS,
) -> AnalyzeOut:
    """The analysis of the texts of ``request`` by ``engine``, in the keys of ``journey``.

    ``learned`` has what the workspace has taught.

    Raises:
        TooMuchText: the texts have more than ``most_chars`` characters together.
        EngineBusy: too many others are waiting.
    """
    _check_length(request, most_chars)
    analyses = engine.analyze_now([_document(item) for item in request.items])
    pairs = zip(request.items, analyses, strict=True)
    return AnalyzeOut(
        journey=journey.key,
        model=engine.version,
        items=[_out(journey, learned, item, analysis) for item, analysis in pairs],
    )


def _check_length(request: AnalyzeIn, most_chars: int) -> None:
    chars = 0
    for index, item in enumerate(request.items):
        chars += len(item.text)
        if chars > most_chars:
            reason = f"makes more than {most_chars:,} characters together with those before it"
            raise TooMuchText(invalid_params=[InvalidParam(f"items.{index}.text", reason)])


def _document(item: AnalyzeItemIn) -> Document:
    language = primary_language(item.language) if item.language else None
    return Document(item.text, item.kind, item.question, item.subject, language)


def _out(
    journey: JourneyMap, learned: LearnedLabels, item: AnalyzeItemIn, analysis: Analysis
) -> AnalysisOut:
    mentions = [bare_values(mention, _BY_MODEL) for mention in analysis.mentions]
    reading = item_columns(analysis)
    if mentions and learned is not NO_LEARNED_LABELS:
        vectors = unpacked_vectors(packed_vectors(analysis))
        mentions = learned.apply(mentions, vectors, _NOTHING_SENT)
        reading = summarized(analysis.language, mentions)
    rows = [as_namespace(values) for values in mentions]
    rating = item.rating.normalised if item.rating else None
    read = SimpleNamespace(**reading, rating_norm=rating)
    return analysis_out(journey, read, analysis.language, rows, item.text)
