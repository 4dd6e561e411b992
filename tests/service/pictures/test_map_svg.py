"""The map as a self-contained picture."""

import re
from itertools import product
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from service.exports import png_worker
from service.insights.map_schemas import MAP_EXAMPLE, JourneyMapOut
from service.pictures.board import COLUMN_WIDTH, lay_out
from service.pictures.map_svg import HEADER, MARGIN, PAD, SHADE, TONES, draw_svg
from service.pictures.svg import NAMESPACE, fitted, plain_text, width_of

HOSTILE = "<script>alert(1)</script> & \"'\x0b\ufffe\u202eoh ]]> שלום 結帳 " + "x" * 300


def a_map(**changes: Any) -> JourneyMapOut:
    """The documented example with two stages and two touchpoints."""
    part = dict(MAP_EXAMPLE["stages"][0])
    touchpoint = dict(MAP_EXAMPLE["touchpoints"][0])
    cell = dict(MAP_EXAMPLE["cells"][0])
    return JourneyMapOut.model_validate(
        MAP_EXAMPLE
        | {
            "stages": [part, part | {"key": "usage", "name": "Usage", "net_sentiment": 0.4}],
            "touchpoints": [touchpoint, touchpoint | {"key": "product", "name": "Product"}],
            "cells": [
                cell,
                cell | {"touchpoint": "product", "items": 97, "small": True},
            ],
        }
        | changes
    )


def parsed(svg: str) -> Xml.Element:
    """A picture that we have drawn ourselves."""
    return Xml.fromstring(svg)  # noqa: S314


def texts(svg: str) -> list[str]:
    """All texts of a picture."""
    return [found.text or "" for found in parsed(svg).iter(f"{{{NAMESPACE}}}text")]


def test_it_says_what_the_map_says() -> None:
    svg = draw_svg(a_map(), "since 1 May 2026")
    told = " ".join(texts(svg))
    for part in ("Journey map", "since 1 May 2026", "Purchase ★", "Usage ★", "−73", "+40", "388"):
        assert part in told
    assert "Card declined at the" in told
    assert "2,140 analysed" in told


def test_it_is_read_aloud_and_stands_alone() -> None:
    svg = draw_svg(a_map())
    root = parsed(svg)
    assert root.get("role") == "img"
    assert [root[0].tag, root[1].tag] == [f"{{{NAMESPACE}}}title", f"{{{NAMESPACE}}}desc"]
    assert root[1].text == "Net sentiment by stage: Purchase −73, Usage +40."
    assert not re.search(r"<(script|style|image|use|foreignObject)|href|url\((?!#)", svg)
    assert set(re.findall(r"https?://[^\"' ]+", svg)) == {NAMESPACE}


def test_hostile_names_stay_text() -> None:
    stage = dict(MAP_EXAMPLE["stages"][0]) | {"name": HOSTILE, "goals": [HOSTILE]}
    theme = dict(stage["pains"][0]) | {"title": HOSTILE}
    svg = draw_svg(a_map(stages=[stage | {"pains": [theme]}]), HOSTILE)
    assert "<script" not in svg
    assert any("<script>" in text for text in texts(svg))
    assert not re.search("[\x0b\ufffe\u202e]", svg)


def test_an_empty_map_is_a_picture_too() -> None:
    parsed(draw_svg(a_map(stages=[], touchpoints=[], cells=[], blind_spots=[])))


def test_everything_is_within_the_picture() -> None:
    root = parsed(draw_svg(a_map()))
    width, height = (float(root.get(side, "0")) for side in ("width", "height"))
    for shape in root.iter(f"{{{NAMESPACE}}}text"):
        assert 0 < float(shape.get("x", "-1")) < width
        assert 0 < float(shape.get("y", "-1")) < height


ABOUT = "1 May 2026 to 31 May 2026; source: web, app store, play store; " + "; ".join(
    f"attribute {number}: one value, and another one of more words" for number in range(6)
)


def stages(count: int) -> list[dict[str, Any]]:
    return [dict(MAP_EXAMPLE["stages"][0]) | {"key": f"s{n}"} for n in range(count)]


@pytest.mark.parametrize("columns", [0, 1, 2, 3, 5, 9])
@pytest.mark.parametrize("about", ["", ABOUT, ABOUT * 9, "x" * 900])
def test_no_text_is_wider_than_the_picture(columns: int, about: str) -> None:
    root = parsed(draw_svg(a_map(stages=stages(columns)), about))
    right = float(root.get("width", "0")) - MARGIN
    for shape in root.iter(f"{{{NAMESPACE}}}text"):
        wide = width_of(shape.text or "", float(shape.get("font-size", "0")))
        part = {"middle": 0.5, "end": 0.0}.get(shape.get("text-anchor", ""), 1.0)
        assert float(shape.get("x", "0")) + part * wide <= right, shape.text


@pytest.mark.parametrize("columns", [1, 5])
def test_nothing_is_drawn_in_the_right_margin(columns: int) -> None:
    svg = draw_svg(a_map(stages=stages(columns)), ABOUT)
    width, height = (float(parsed(svg).get(side, "0")) for side in ("width", "height"))
    blank = f'<rect x="{width - MARGIN + 2}" width="{MARGIN}" height="{height}" fill="#ffffff"/>'
    assert png_worker.draw(svg.replace("</svg>", f"{blank}</svg>"), 1) == png_worker.draw(svg, 1)


def test_all_filters_are_told_in_lines_above_the_stages() -> None:
    svg = draw_svg(a_map(), ABOUT)
    assert ABOUT in " ".join(texts(svg))
    first, second = (
        float(shape.get("y", "0"))
        for start in ("received before", "Usage")
        for shape in parsed(svg).iter(f"{{{NAMESPACE}}}text")
        if (shape.text or "").startswith(start)
    )
    assert first < second - HEADER / 2


def test_cells_with_too_little_feedback_are_hatched() -> None:
    svg = draw_svg(a_map())
    # a small cell, two places without any, and the legend
    assert svg.count('fill="url(#blind)"') == 4


def test_a_stage_with_too_little_feedback_has_a_dashed_circle_without_colour() -> None:
    stage = dict(MAP_EXAMPLE["stages"][0])
    few = stage | {"key": "few", "name": "Few", "net_sentiment": 1.0, "small": True}
    root = parsed(draw_svg(a_map(stages=[stage, few])))
    judged, unjudged = (c for c in root.iter(f"{{{NAMESPACE}}}circle") if c.get("r") == "21")
    assert judged.get("fill") == TONES["n3"][0]
    assert judged.get("stroke-dasharray") is None
    assert unjudged.get("fill") == "#ffffff"
    assert unjudged.get("stroke-dasharray")
    assert root[1].text == "Net sentiment by stage: Purchase −73, Few +100 (too few to judge)."


@pytest.mark.parametrize("name", ["Kasse & Bezahlen", "Überprüfung der Geschäftsbedingungen"])
def test_the_names_of_stages_end_before_the_next_column(name: str) -> None:
    svg = draw_svg(a_map(stages=[dict(MAP_EXAMPLE["stages"][0]) | {"name": name}] * 2))
    assert sum(text[0].isalpha() and text.endswith(" ★") for text in texts(svg)) == 2
    heads = (r for r in parsed(svg).iter(f"{{{NAMESPACE}}}rect") if r.get("fill") == SHADE)
    head = dict(next(heads).attrib)
    x, wide, high = (float(head[name]) for name in ("x", "width", "height"))
    gap = {"x": x + wide - COLUMN_WIDTH - 2, "width": PAD, "height": high - 2}
    over = " ".join(f'{key}="{value}"' for key, value in (head | gap).items())
    assert png_worker.draw(svg.replace("</svg>", f"<rect {over}/></svg>"), 1) == png_worker.draw(
        svg, 1
    )


def test_a_stage_says_its_owner_its_target_and_what_its_share_is_of() -> None:
    stage = dict(MAP_EXAMPLE["stages"][0]) | {"items": 1262, "negative_share": 0.48}
    told = texts(draw_svg(a_map(stages=[stage])))
    assert {"Owner", "E-commerce, Ana", "1,262 items", "48% negative"} <= set(told)
    assert "NPS −12.5, target +30.0 missed" in " ".join(told)


def _luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("tone", TONES)
def test_values_can_be_read_on_their_colour(tone: str) -> None:
    dark, light = sorted(map(_luminance, TONES[tone]))
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_area_of_a_circle_grows_with_the_items() -> None:
    radii = sorted(square.radius for square in lay_out(a_map()).squares)
    assert radii[1] == pytest.approx(2 * radii[0], abs=0.1)


@pytest.mark.parametrize(
    "text", ["", " ", "short", "one two three four five", "結帳" * 30, "x" * 90]
)
def test_lines_fit(text: str) -> None:
    for width, most in product((30.0, 80.0), (1, 2)):
        lines = fitted(text, width, 10, most)
        assert len(lines) <= most
        assert all(width_of(line, 10) <= width for line in lines)
        whole = "".join(lines).replace(" ", "")
        assert whole == text.replace(" ", "") or whole.endswith("…")


def test_plain_text_is_one_line() -> None:
    assert plain_text("a\n\tb\x00\u2067c") == "a bc"
