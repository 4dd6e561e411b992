"""What is wished for beside a file."""

import pytest

from service.errors import InvalidRequest
from service.intake.ratings import Scale
from service.intake.scales import RatingScale
from service.intake.uploads import scale_of


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
    ("scale", "least", "greatest", "reason"),
    [
        (None, 0, None, "is required with scale_min"),
        (None, None, 10, "is required with scale_min"),
        ("other", 0, None, "needs min and max"),
        ("csat", None, 0, "min must be below max"),
        ("nps", 0, 5, "always 0 to 10"),
        ("other", 0, float("nan"), "finite"),
    ],
)
def test_bounds_that_make_no_scale_are_refused_with_the_reason(
    scale: Scale | None, least: float | None, greatest: float | None, reason: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        scale_of(scale, least, greatest)
    assert reason in caught.value.invalid_params[0].reason
