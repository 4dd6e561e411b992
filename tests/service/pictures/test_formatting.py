"""Figures formatted for people."""

from datetime import UTC, datetime, timedelta

import pytest

from service.insights.schemas import IntervalOut, KpiOut
from service.pictures import formatting


def rated(n: int) -> KpiOut:
    return KpiOut(value=1, n=n, high=0, low=0, interval=IntervalOut(low=0, high=1), small=n < 21)


@pytest.mark.parametrize(
    ("share", "told"),
    [(-0.433, "−43"), (0.12, "+12"), (0, "0"), (-0.004, "0"), (None, "–"), (1, "+100")],
)
def test_net_sentiment(share: float | None, told: str) -> None:
    assert formatting.net(share) == told


@pytest.mark.parametrize(
    ("share", "told"),
    [
        *((0.833, "83%"), (0, "0%"), (0.001, "<1%"), (0.005, "<1%"), (0.006, "1%")),
        *((1, "100%"), (None, "–")),
    ],
)
def test_a_share_that_is_not_nought_is_not_shown_as_nought(share: float | None, told: str) -> None:
    assert formatting.percent(share) == told


@pytest.mark.parametrize(
    ("share", "small", "tone"),
    [
        (-0.9, False, "n3"),
        (-0.5, False, "n2"),
        (-0.2, False, "n1"),
        (0.05, False, "z"),
        (0.2, False, "p1"),
        (0.64, False, "p2"),
        (0.65, False, "p3"),
        (-1, True, "n1"),
        (None, False, "none"),
    ],
)
def test_few_answers_are_never_coloured_strongly(
    share: float | None, small: bool, tone: str
) -> None:
    assert formatting.tone(share, small) == tone


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nps", ", in points"),
        ("csat:1-7", ", in points"),
        ("stars", ", of 5"),
        ("other:0-20", ", of 20"),
        ("other", ""),
    ],
)
def test_what_an_effect_on_a_scale_is_in(name: str, told: str) -> None:
    assert formatting.unit(name) == told


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("nps", -12.5, "−12.5"),
        ("csat", 64.3, "64.3%"),
        ("csat:1-7", 64.3, "64.3%"),
        ("ces", 3.05, "3.05 of 7"),
        ("stars", 4.12, "4.12 of 5"),
        ("other:0-20", 13, "13.00 of 20"),
        ("net_sentiment", -0.204, "−20.4"),
        ("negative_share", 0.404, "40.4%"),
        ("mean_severity", 1.25, "1.25"),
        ("nps", None, "–"),
    ],
)
def test_each_kpi_has_its_unit_and_the_decimals_of_the_api(
    name: str, value: float | None, told: str
) -> None:
    assert formatting.kpi_value(name, value) == told


def test_one_is_told_in_the_singular() -> None:
    told = [formatting.counted(number, "item") for number in (0, 1, 2, 1234)]
    assert told == ["0 items", "1 item", "2 items", "1,234 items"]


def test_scales_have_names() -> None:
    assert [formatting.scale(name) for name in ("nps", "csat:1-7", "own_one:0-20")] == [
        "NPS",
        "CSAT (1-7)",
        "Own one (0-20)",
    ]


def test_the_scales_with_most_ratings_come_first() -> None:
    kpis = {"nps": rated(3), "csat": rated(9), "stars": rated(5)}
    assert [name for name, _ in formatting.most_rated(kpis, 2)] == ["csat", "stars"]


def test_a_period_includes_its_last_day() -> None:
    may, june = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    assert formatting.period(may, june) == "1 May 2026 to 31 May 2026"
    assert formatting.period(may, may + timedelta(days=1)) == "1 May 2026"
    assert formatting.period(may, None) == "since 1 May 2026"
    assert formatting.period(None, june) == "up to 31 May 2026"
    assert formatting.period(None, None) == "all time"


def test_what_was_not_there_before_is_new() -> None:
    assert (formatting.change(None), formatting.change(0.4), formatting.change(-0.25)) == (
        "new",
        "+40%",
        "−25%",
    )


@pytest.mark.parametrize(
    ("measure", "found", "told"),
    [
        ("negative_share", -1, "−100"),
        ("negative_share", 0.096, "+9.6"),
        ("negative_share", -0.0996, "−10"),
        ("volume_share", 0, "0"),
        ("volume_share", 0.002, "+0.2"),
        ("volume_share", -0.0004, "−0.04"),
        ("net_sentiment", -0.0004, "0.0"),
        ("nps", 133.3, "+133"),
        ("csat:1-7", -2.34, "−2.3"),
        ("mean_severity", 0.2, "+0.20"),
        ("stars", None, "–"),
    ],
)
def test_differences_have_two_digits_or_are_whole_points(
    measure: str, found: float | None, told: str
) -> None:
    assert formatting.difference(measure, found) == told


@pytest.mark.parametrize(
    ("kpi", "found", "told"),
    [
        ("nps", -4.3, "−4.3"),
        ("csat", -7.31, "−7.3"),
        ("csat:1-7", -7.31, "−7.3"),
        ("stars", 0.254, "+0.25"),
        ("ces:1-10", 0, "0.00"),
        ("sentiment", -0.0312, "−3.1"),
    ],
)
def test_effects_have_a_decimal_in_points_and_two_in_the_unit_of_a_scale(
    kpi: str, found: float, told: str
) -> None:
    assert formatting.effect(kpi, found) == told


@pytest.mark.parametrize(
    ("measure", "found", "told"),
    [
        ("volume_share", 0.032, "3.2%"),
        ("volume_share", 0.002, "0.2%"),
        ("volume_share", 0.0004, "0.04%"),
        ("volume_share", 0.00001, "<0.01%"),
        ("volume_share", 0, "0%"),
        ("volume_share", 0.996, "100%"),
        ("negative_share", 0.001, "<1%"),
        ("negative_share", 0, "0%"),
        ("mean_severity", 1.256, "1.26 of 3"),
        ("nps", -12.5, "−12.5"),
        ("stars", None, "–"),
    ],
)
def test_values_stand_beside_each_other(measure: str, found: float | None, told: str) -> None:
    assert formatting.value(measure, found) == told
