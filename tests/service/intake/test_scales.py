"""The scale that is requested for the ratings of a file."""

import pytest

from service.errors import InvalidRequest
from service.intake.ratings import Scale
from service.intake.scales import RatingScale, scale_of


@pytest.mark.parametrize(
    ("scale", "least", "greatest", "found"),
    [
        (None, None, None, None),
        ("nps", None, None, RatingScale("nps", 0, 10)),
        ("csat", 2, None, RatingScale("csat", 2, 5)),
        ("csat", None, 7, RatingScale("csat", 1, 7)),
        ("other", -5, 0, RatingScale("other", -5, 0)),
        ("other", -5, -1, RatingScale("other", -5, -1)),
    ],
)
def test_a_scale_has_its_usual_bounds_unless_others_are_sent(
    scale: Scale | None, least: float | None, greatest: float | None, found: RatingScale | None
) -> None:
    assert scale_of(scale, least, greatest) == found


@pytest.mark.parametrize(
    ("scale", "least", "greatest", "name", "reason"),
    [
        (None, 0, None, "scale", "is required with scale_min"),
        (None, None, 10, "scale", "is required with scale_min"),
        ("other", 0, None, "scale", "needs min and max"),
        ("csat", None, 0, "scale", "min must be below max"),
        ("nps", 0, 5, "scale", "always 0 to 10"),
        ("other", 0, float("nan"), "scale_max", "must be a finite number"),
        ("other", float("nan"), 1, "scale_min", "must be a finite number"),
        ("csat", 1e9, None, "scale_min", "must be at most 1000000"),
        ("csat", None, -1e9, "scale_max", "must be at least -1000000"),
    ],
)
def test_bounds_that_make_no_scale_are_refused_with_the_reason(
    scale: Scale | None, least: float | None, greatest: float | None, name: str, reason: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        scale_of(scale, least, greatest)
    [fault] = caught.value.invalid_params
    assert fault.name == name
    assert reason in fault.reason
