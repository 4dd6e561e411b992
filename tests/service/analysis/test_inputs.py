"""What the model is told of a claimed item."""

from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest

from models.mention import EXPLICIT, MODEL
from nlp.labels import STAGES, TOUCHPOINTS
from service.analysis.inputs import analysis_input
from service.journey.presets import DEFAULT, preset_map

JOURNEY = preset_map(DEFAULT)
SENT = [
    *product([None, *JOURNEY.stages], [None]),
    *product([None], JOURNEY.touchpoints),
    ("purchase", "checkout"),
]


def item(stage: str | None, touchpoint: str | None) -> Any:
    return SimpleNamespace(
        text="ok",
        kind="survey",
        question=None,
        subject=None,
        language="und",
        stage_sent=stage,
        touchpoint_sent=touchpoint,
    )


@pytest.mark.parametrize(("stage", "touchpoint"), SENT)
def test_what_the_sender_said_reaches_the_model_in_the_models_labels(
    stage: Any, touchpoint: Any
) -> None:
    keys = (getattr(stage, "key", stage), getattr(touchpoint, "key", touchpoint))
    document = analysis_input(item(*keys), JOURNEY).document
    allowed = document.allowed_cells or frozenset()
    assert bool(allowed) == any(keys)
    assert allowed <= set(product(STAGES, TOUCHPOINTS))


def test_a_key_that_the_journey_has_no_more_is_left_to_the_model() -> None:
    told = analysis_input(item("gone", "checkout"), JOURNEY)
    assert (told.stage_provenance, told.touchpoint_provenance) == (MODEL, EXPLICIT)
