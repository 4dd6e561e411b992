"""The documented examples are answers that could have been given."""

import pytest
from pydantic import BaseModel

from service.insights.map_schemas import JourneyMapOut
from service.insights.pain_schemas import EvidencePageOut, OnePainPointOut, PainPointsOut
from service.insights.schemas import FeedbackOut, FeedbackPageOut
from service.insights.trend_schemas import TrendsOut
from service.journey.schemas import DefinitionOut

DOCUMENTED = [
    DefinitionOut,
    EvidencePageOut,
    FeedbackOut,
    FeedbackPageOut,
    JourneyMapOut,
    OnePainPointOut,
    PainPointsOut,
    TrendsOut,
]


@pytest.mark.parametrize("model", DOCUMENTED)
def test_every_example_is_an_answer(model: type[BaseModel]) -> None:
    examples = model.model_json_schema()["examples"]
    for example in examples:
        model.model_validate(example)
