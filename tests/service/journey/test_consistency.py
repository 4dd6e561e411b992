"""Definitions that contradict themselves are refused, with the place and the remedy."""

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from service.journey.consistency import TARGETS
from service.journey.definition import KpiName
from service.journey.errors import InvalidDefinition
from service.journey.names import letters_of
from service.journey.schemas import DEFINITION_EXAMPLE, PRESET_EXAMPLE, DefinitionIn
from service.journey.service import complete


def stage(key: str, *includes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"key": key, "name": key.title(), "includes": list(includes)} | fields


USAGE, SUPPORT = {"stage": "usage"}, {"stage": "support"}
APP = {"stage": "usage", "touchpoints": ["mobile_app"]}


def refused(body: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidDefinition) as error:
        complete(DefinitionIn.model_validate(body))
    return [(param.name, param.reason) for param in error.value.invalid_params]


@pytest.mark.parametrize(
    ("stages", "name", "reason"),
    [
        ([stage("a", USAGE), stage("b", USAGE)], "stages.1.includes.0", "usage is already"),
        ([stage("a", APP, SUPPORT, APP)], "stages.0.includes.2", "usage/mobile_app is already"),
        ([stage("a", USAGE), stage("a", SUPPORT)], "stages.1.key", "'a' already names"),
        ([stage("a", USAGE), stage("b", SUPPORT, name="A")], "stages.1.name", "stages.0 (a)"),
        (
            [stage("a", USAGE), stage("b", SUPPORT, aliases=["x", "A"])],
            "stages.1.aliases.1",
            "choose another",
        ),
        ([stage("unassigned", USAGE)], "stages.0.key", "reserved"),
        ([stage("a", USAGE, aliases=["Unassigned"])], "stages.0.aliases.0", "reserved"),
        ([stage("a", USAGE, aliases=["-"])], "stages.0.aliases.0", "reserved"),
        ([{"key": "a", "includes": [USAGE]}], "stages.0.name", ""),
        ([{"key": "a", "name": "A"}], "stages.0.includes", ""),
        ([], "stages", "is empty; add at least one entry"),
    ],
)
def test_a_contradiction_is_refused_with_its_place(
    stages: list[dict[str, Any]], name: str, reason: str
) -> None:
    assert any(name == at and reason in why for at, why in refused({"stages": stages}))


@pytest.mark.parametrize("key", ["-a", "A", "a b", "a\n", "a" * 64])
def test_a_key_is_refused_with_what_it_may_consist_of(key: str) -> None:
    with pytest.raises(ValidationError, match="begin with a letter or digit"):
        DefinitionIn.model_validate({"stages": [stage(key, USAGE)]})


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("It's late.", "ITS LATE … !", True),
        ("Level 1", "Level 2", False),
        ("कि", "की", False),  # they differ in a mark alone
        ("👍", "👎", False),
    ],
)
def test_what_is_said_is_known_by_its_letters_marks_and_digits(
    one: str, other: str, alike: bool
) -> None:
    assert (letters_of(one) == letters_of(other)) == alike


def test_a_touchpoint_belongs_to_one_union() -> None:
    touchpoints = [
        {"key": "web", "name": "Web", "includes": ["website", "checkout"]},
        {"key": "till", "name": "Till", "includes": ["checkout"]},
    ]
    found = refused({"stages": [stage("a", USAGE)], "touchpoints": touchpoints})
    assert found == [
        (
            "touchpoints.1.includes.0",
            "checkout is already included in web; include it in one place only",
        )
    ]


def test_a_stage_may_be_claimed_whole_by_one_and_narrowed_by_another() -> None:
    body = {"stages": [stage("a", USAGE), stage("b", APP)]}
    assert [entry.key for entry in complete(DefinitionIn.model_validate(body)).stages] == ["a", "b"]


def test_a_preset_can_not_get_other_stages() -> None:
    found = refused({"preset": "four-stage", "stages": [{"key": "renewal", "owner": "Ana"}]})
    assert found[0][0] == "stages.0.key"
    assert "awareness, consideration, purchase, post-purchase" in found[0][1]


def test_a_preset_keeps_what_is_not_changed() -> None:
    changed = complete(DefinitionIn.model_validate(PRESET_EXAMPLE))
    acquiring = changed.stages[2]
    assert (acquiring.owner, acquiring.name) == ("Ana", "Acquiring")
    assert acquiring.goals
    cleared = {"preset": "five-stage", "stages": [{"key": "awareness", "goals": []}]}
    assert complete(DefinitionIn.model_validate(cleared)).stages[0].goals == []


@pytest.mark.parametrize(
    ("name", "target", "reason"),
    [
        ("negative_share", 20, "must be from 0 to 1: negative_share is in shares, 0.2 for 20 %"),
        ("csat", 0.8, "percent, 80 for 80 %"),
        ("csat", 101, "must be from 1 to 100"),
        ("nps", 300, "must be from -100 to 100"),
        ("ces", 8, "must be from 1 to 7"),
        ("stars", 0, "must be from 1 to 5"),
        ("net_sentiment", 50, "must be from -1 to 1"),
        ("score", -2, "must be from -1 to 1"),
        ("mean_severity", -1, "must be from 0 to 3"),
    ],
)
def test_a_target_is_in_the_unit_of_its_kpi(name: str, target: float, reason: str) -> None:
    kpi = {"name": name, "target": target}
    touchpoints = [{"key": "web", "name": "Web", "includes": ["website"], "kpi": kpi}]
    body = {"stages": [stage("a", USAGE, kpi=kpi)], "touchpoints": touchpoints}
    (first, why), (second, _) = refused(body)
    assert (first, second) == ("stages.0.kpi.target", "touchpoints.0.kpi.target")
    assert reason in why


def test_true_is_no_target_and_what_is_not_seen_no_name() -> None:
    for change in ({"kpi": {"name": "nps", "target": True}}, {"owner": "\u200b"}):
        with pytest.raises(ValidationError):
            DefinitionIn.model_validate({"stages": [stage("a", USAGE, **change)]})


@pytest.mark.parametrize("name", TARGETS)
def test_the_ends_of_a_range_are_targets(name: KpiName) -> None:
    for target in TARGETS[name][:2]:
        body = {"stages": [stage("a", USAGE, kpi={"name": name, "target": target})]}
        assert complete(DefinitionIn.model_validate(body)).stages[0].kpi


def test_every_kpi_has_a_range() -> None:
    assert set(TARGETS) == set(get_args(KpiName))


def test_the_documented_example_is_valid() -> None:
    definition = complete(DefinitionIn.model_validate(DEFINITION_EXAMPLE))
    assert [entry.key for entry in definition.stages] == ["discover", "buy", "parcel", "live"]
