"""Addresses: which parameters links keep and drop."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi import Request

from service.dashboard.address import Address
from service.errors import InvalidRequest
from service.insights.params import FilterParams, MapParams
from service.web.parameters import UnknownParameter
from tests.service.dashboard.pages import asked

TODAY = date(2026, 3, 20)


def address(path: str, query: str) -> Address:
    """The address of a request."""
    scope: dict[str, Any] = {"type": "http", "path": path, "headers": [], "server": ("test", 80)}
    return Address(Request(scope | {"scheme": "http", "query_string": query.encode()}), "")


def test_another_page_keeps_the_filters_and_not_the_search() -> None:
    here = address("/search", "q=card&match=meaning&source=web&cursor=x&period=30")
    assert asked(here.link("/pain-points")) == {"source": "web", "period": "30"}
    assert asked(here.link()) == {
        "q": "card",
        "match": "meaning",
        "source": "web",
        "period": "30",
    }


def test_a_change_of_order_keeps_the_status_and_begins_anew() -> None:
    here = address("/pain-points", "status=open&cursor=x&sort=trend")
    assert asked(here.link(sort="recent")) == {"status": "open", "sort": "recent"}
    assert asked(here.link(status=None)) == {"sort": "trend"}


def test_own_days_go_before_a_preset() -> None:
    """A form sends the preset as well as the dates entered in it."""
    here = address("/", "period=90&from=2026-03-01&to=2026-03-10")
    period = here.period(TODAY, TODAY)
    assert period is None
    found = here.filters(FilterParams, period, TODAY)
    assert found.since == datetime(2026, 3, 1, tzinfo=UTC)
    assert found.until == datetime(2026, 3, 11, tzinfo=UTC)


def test_whole_days_of_the_api_are_those_of_the_form() -> None:
    here = address("/wins", "since=2026-03-01&until=2026-03-11T00:00:00Z&source=web")
    found = here.filters(FilterParams, here.period(TODAY, TODAY), TODAY)
    assert found.since == datetime(2026, 3, 1, tzinfo=UTC)
    assert found.until == datetime(2026, 3, 11, tzinfo=UTC)
    assert asked(here.link()) == {"source": "web", "from": "2026-03-01", "to": "2026-03-10"}
    both = address("/wins", "since=2026-03-01&from=2026-03-05&until=2026-03-02T12:00:00Z")
    assert asked(both.link()) == {"from": "2026-03-05", "until": "2026-03-02T12:00:00Z"}


def test_days_of_the_other_period_are_inclusive_and_for_the_map_alone() -> None:
    here = address("/", "period=7&compare.from=2026-02-01&compare.to=2026-02-28")
    found = here.filters(MapParams, "7", TODAY)
    assert found.compare_since == datetime(2026, 2, 1, tzinfo=UTC)
    assert found.compare_until == datetime(2026, 3, 1, tzinfo=UTC)
    assert here.filters(FilterParams, "7", TODAY).model_extra == {}
    assert here.is_compared
    assert asked(here.without_other_period() or "") == {"period": "7"}


@pytest.mark.parametrize("prefix", ["", "compare."])
def test_a_period_that_ends_before_it_begins_is_told_and_not_asked_for(prefix: str) -> None:
    here = address("/", f"{prefix}from=2026-03-02&{prefix}to=2026-03-01")
    assert here.reversed_period is not None
    assert here.reversed_period.name == f"{prefix}to"
    found = here.filters(MapParams, here.period(TODAY, TODAY), TODAY)
    assert (found.until, found.compare_since, found.compare_until) == (None, None, None)


def test_what_is_no_filter_is_refused_in_the_words_of_the_page() -> None:
    for name in ("sauce", "attr.", "compare.sauce", "compare.attr."):
        with pytest.raises(UnknownParameter) as refused:
            address("/", f"{name}=x")
        wrong = refused.value.invalid_params[0]
        assert wrong.name == name
        assert "period, from, to, " in wrong.reason
        assert "since" not in wrong.reason


def test_a_file_is_of_what_the_page_shows() -> None:
    here = address("/pain-points", "status=open&cursor=x&sort=trend&period=30")
    link = here.file("pain-points.csv")
    assert link.startswith("/export/pain-points.csv?")
    assert asked(link) == {"status": "open", "sort": "trend", "period": "30"}


def test_language_tags_are_those_of_the_boxes() -> None:
    here = address("/", "language=de-AT&source=web&language=DE,en&compare.language=pt_BR")
    assert here.chosen("language") == ["de", "en"]
    assert here.chosen("compare.language") == ["pt"]
    assert [(chip.field, chip.value) for chip in here.chips()] == [
        ("source", "web"),
        ("language", "de"),
        ("language", "en"),
        ("compare.language", "pt"),
    ]
    assert here.filters(FilterParams, "all", TODAY).language == ["de", "en"]
    assert asked(here.link_to("/search", language="de-AT,DE")) == {"language": "de"}


def test_a_language_that_names_none_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        address("/", "language=,")
