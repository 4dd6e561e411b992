"""A journey maps every native cell once; presets are as the literature has them."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.labels import NONE, STAGES, TOUCHPOINTS, UNASSIGNED
from service.journey.consistency import contradictions
from service.journey.definition import Definition
from service.journey.errors import UnknownStage, UnknownTouchpoint
from service.journey.mapping import JourneyMap
from service.journey.native import CELLS, NO_CELL, Cell
from service.journey.presets import PRESETS, PresetName, key_of, native_touchpoints, preset_map

NATIVE_STAGES = [stage for stage in STAGES if stage != NONE]
NATIVE_TOUCHPOINTS = [touchpoint for touchpoint in TOUCHPOINTS if touchpoint != NONE]
CLAIMS = [(stage, None) for stage in NATIVE_STAGES] + [
    (stage, touchpoint) for stage in NATIVE_STAGES for touchpoint in NATIVE_TOUCHPOINTS
]


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """Consistent definitions: every claim is given to at most one of a few stages."""
    owners = draw(st.dictionaries(st.sampled_from(CLAIMS), st.integers(0, 4), min_size=1))
    stages = [
        {
            "key": f"s{owner}",
            "name": f"Stage {owner}",
            "includes": [
                {"stage": stage, "touchpoints": touchpoint and [touchpoint]}
                for (stage, touchpoint), given_to in owners.items()
                if given_to == owner
            ],
        }
        for owner in sorted(set(owners.values()))
    ]
    unions = draw(
        st.dictionaries(st.sampled_from(NATIVE_TOUCHPOINTS), st.integers(0, 3), min_size=1)
    )
    touchpoints = [
        {
            "key": f"t{owner}",
            "name": f"Touchpoint {owner}",
            "includes": [native for native, given_to in unions.items() if given_to == owner],
        }
        for owner in sorted(set(unions.values()))
    ]
    return Definition.model_validate({"stages": stages, "touchpoints": touchpoints})


@given(definitions())
@settings(max_examples=100, deadline=None)
def test_mapping_is_a_partition_of_the_native_cells(definition: Definition) -> None:
    assert contradictions(definition) == []
    journey = JourneyMap(definition)
    stages = [*(stage.key for stage in journey.stages), UNASSIGNED]
    touchpoints = [*(touchpoint.key for touchpoint in journey.touchpoints), UNASSIGNED]
    parts = [journey.cells_within({s}, {t}) for s in stages for t in touchpoints]
    assert sorted(cell for part in parts for cell in part) == sorted(CELLS)
    for stage in stages:
        for cell in journey.cells_within({stage}, None):
            assert journey.stage_of(cell) == stage


@given(definitions())
@settings(max_examples=100, deadline=None)
def test_narrowed_includes_win_over_whole_stages(definition: Definition) -> None:
    journey = JourneyMap(definition)
    narrowed = {
        Cell(include.stage, touchpoint): stage.key
        for stage in definition.stages
        for include in stage.includes
        for touchpoint in include.touchpoints or ()
    }
    whole: dict[str, str] = {
        include.stage: stage.key
        for stage in definition.stages
        for include in stage.includes
        if include.touchpoints is None
    }
    for cell in CELLS:
        assert journey.stage_of(cell) == narrowed.get(cell, whole.get(cell.stage, UNASSIGNED))


@given(definitions())
@settings(max_examples=50, deadline=None)
def test_a_statement_is_kept_and_nothing_is_added_to_it(definition: Definition) -> None:
    journey = JourneyMap(definition)
    stages = [None, *(stage.key for stage in journey.stages)]
    touchpoints = [None, *(touchpoint.key for touchpoint in journey.touchpoints)]
    for stage, touchpoint in product(stages, touchpoints):
        place = journey.stated_cell(stage, touchpoint)
        if place == NO_CELL:
            continue
        found = journey.cell_of(place)
        assert stage in (None, found.stage)
        assert touchpoint in (None, found.touchpoint)
        if touchpoint is None and found.touchpoint != UNASSIGNED:
            within = journey.cells_within({found.stage}, None)
            assert {journey.touchpoint_of(cell) for cell in within} == {found.touchpoint}


@pytest.mark.parametrize("name", PRESETS)
def test_presets_have_a_place_for_every_statement(name: PresetName) -> None:
    journey = preset_map(name)
    stages = [None, *(stage.key for stage in journey.stages)]
    touchpoints = [None, *(touchpoint.key for touchpoint in journey.touchpoints)]
    for stage, touchpoint in product(stages, touchpoints):
        place = journey.cell_of(journey.stated_cell(stage, touchpoint))
        assert place == (stage or UNASSIGNED, touchpoint or UNASSIGNED)


def test_a_stage_of_some_touchpoints_is_a_place_if_one_is_left() -> None:
    whole = preset_map("eight-stage").definition
    definition = whole.model_copy(deep=True)
    first, second = definition.stages[:2]
    first.includes[0].touchpoints = ["advertising"]
    second.includes[0].touchpoints = ["website", "store"]
    journey = JourneyMap(definition)
    assert journey.stated_cell(first.key, None) == (first.key, "advertising")
    assert journey.stated_cell(second.key, None) == NO_CELL
    assert journey.stated_cell(second.key, "store") == (second.key, "store")
    assert journey.stated_cell(second.key, "phone") == NO_CELL
    assert journey.stated_cell("gone", "store") == (UNASSIGNED, "store")


@pytest.mark.parametrize(
    ("name", "merged"),
    [
        ("five-stage", {"retention": {"onboarding", "usage", "support", "renewal"}}),
        (
            "four-stage",
            {"post-purchase": {"onboarding", "usage", "support", "renewal", "advocacy"}},
        ),
        (
            "six-stage",
            {
                "becoming-aware": {"awareness"},
                "comparing-options": {"consideration"},
                "acquiring": {"purchase", "onboarding"},
                "seeking-support": {"support"},
                "considering-to-continue": {"usage", "renewal"},
                "sharing": {"advocacy"},
            },
        ),
        ("eight-stage", {}),
    ],
)
def test_presets_merge_the_native_stages_as_designed(
    name: PresetName, merged: dict[str, set[str]]
) -> None:
    journey = preset_map(name)
    assert contradictions(journey.definition) == []
    own = {
        native: {native} for native in NATIVE_STAGES if native not in set().union(*merged.values())
    }
    expected = own | merged
    assert {stage.key for stage in journey.stages} == set(expected)
    for key, natives in expected.items():
        assert {cell.stage for cell in journey.cells_within({key}, None)} == natives
    assert [entry["key"] for entry in native_touchpoints()] == NATIVE_TOUCHPOINTS


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_says_what_customers_want_at_each_stage(name: PresetName) -> None:
    for stage in preset_map(name).stages:
        assert stage.description
        assert stage.goals
        assert stage.expectations


@pytest.mark.parametrize(
    ("name", "text", "key"),
    [
        ("five-stage", "Purchase", "purchase"),
        ("five-stage", " DECISION ", "purchase"),
        ("five-stage", "post_purchase", "retention"),
        ("five-stage", "Post Purchase", "retention"),
        ("four-stage", "retention", "post-purchase"),
        ("six-stage", "advocacy", "sharing"),
        ("eight-stage", "onboarding", "onboarding"),
    ],
)
def test_stages_are_found_by_key_name_or_alias_in_any_case(
    name: PresetName, text: str, key: str
) -> None:
    assert preset_map(name).resolve_stage(text) == key


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    journey = preset_map("five-stage")
    with pytest.raises(UnknownStage, match="awareness, consideration, purchase") as stage:
        journey.resolve_stage("usage")
    assert stage.value.invalid_params[0].name == "stage"
    with pytest.raises(UnknownTouchpoint, match="mobile_app"):
        journey.resolve_touchpoint("unassigned")


def test_what_a_sender_says_narrows_the_native_cells() -> None:
    journey = preset_map("five-stage")
    cells = journey.native_cells("retention", "support")
    assert cells == {(stage, "support") for stage in ("onboarding", "usage", "support", "renewal")}
    assert {cell.stage for cell in journey.native_cells(None, "support")} == set(NATIVE_STAGES)
    assert ("purchase", UNASSIGNED) in journey.native_cells("purchase", None)
    assert journey.native_cells("no longer there", None) == frozenset()


@pytest.mark.parametrize("name", PRESETS)
def test_a_definition_that_maps_like_a_preset_goes_by_its_name(name: PresetName) -> None:
    definition = preset_map(name).definition.model_copy(deep=True)
    assert key_of(definition) == name
    definition.stages[0].name = "Something else"
    assert key_of(definition) == name
    definition.touchpoints.pop()
    assert key_of(definition) == "custom"
