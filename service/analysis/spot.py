"""The analysis of texts on the spot, nothing stored."""

from dataclasses import asdict
from types import SimpleNamespace

from nlp.documents import Analysis, Document, Mention
from service.analysis.briefs import MODEL
from service.analysis.engine import Engine
from service.analysis.schemas import AnalyzeIn, AnalyzeItemIn, AnalyzeOut
from service.errors import InvalidParam, InvalidRequest
from service.insights.shapes import AnalysisOut, analysis_out
from service.intake.fields import primary_language
from service.journey.mapping import JourneyMap


class TooMuchText(InvalidRequest):
    """The texts are too long together; send them in several requests."""

    code = "too_much_text"


def analyse(engine: Engine, journey: JourneyMap, request: AnalyzeIn, most_chars: int) -> AnalyzeOut:
    """What ``engine`` reads in the texts of ``request``, in the keys of ``journey``.

    Raises:
        TooMuchText: the texts have more than ``most_chars`` characters together.
        EngineBusy: too many others are waiting.
    """
    _check_length(request, most_chars)
    analyses = engine.analyze_now([_document(item) for item in request.items])
    pairs = zip(request.items, analyses, strict=True)
    return AnalyzeOut(
        journey=journey.key,
        model=f"{engine.info.name} {engine.version}",
        items=[_out(journey, item.text, analysis) for item, analysis in pairs],
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


def _out(journey: JourneyMap, text: str, analysis: Analysis) -> AnalysisOut:
    mentions = [_row(mention) for mention in analysis.mentions]
    return analysis_out(journey, _row(analysis), analysis.language, mentions, text)


def _row(reading: Analysis | Mention) -> SimpleNamespace:
    """A reading with the columns that it would have if it were stored."""
    columns = {name: getattr(reading, name) for name in type(reading).__dataclass_fields__}
    columns["candidates"] = asdict(reading.candidates)
    columns["confidence"] = asdict(reading.confidence) if reading.confidence else None
    said = {"stage_provenance": MODEL, "touchpoint_provenance": MODEL, "replaced": None}
    return SimpleNamespace(**columns, **said)
