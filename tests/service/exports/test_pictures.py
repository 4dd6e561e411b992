"""The journey map as a picture."""

import struct
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import pytest
import resvg_py

from service.exports import png, png_worker
from tests.service.exports.conftest import Fetch


def test_svg_stands_alone_and_says_what_it_is_of(fetch: Fetch, said: None) -> None:
    answer = fetch("journey", format="svg", since="2026-03-01", **{"attr.persona": "smb"})
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["content-disposition"].endswith('.svg"')
    root = ElementTree.fromstring(answer.content)  # noqa: S314 - our own
    text = " ".join(root.itertext())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "since 1 Mar 2026; persona: smb" in text
    assert "Purchase" in text


@pytest.mark.parametrize(
    "other_side",
    [
        {"compare_since": "2026-01-01", "compare_until": "2026-01-31"},
        {"compare.source": "=src"},
        {"compare.attr.persona": "big"},
    ],
)
def test_a_picture_promises_no_comparison(
    fetch: Fetch, said: None, other_side: dict[str, str]
) -> None:
    own = {"since": "2026-03-01", "until": "2026-04-01", "attr.persona": "smb", "source": "web"}
    svg = fetch("journey", format="svg", **own | other_side).content
    text = "\n".join(ElementTree.fromstring(svg).itertext())  # noqa: S314 - our own
    assert "1 Mar 2026 to 31 Mar 2026; source: web; persona: smb\n" in text
    assert "compare" not in text


def test_png_is_the_same_picture_twice_as_sharp(fetch: Fetch, said: None) -> None:
    svg = ElementTree.fromstring(fetch("journey", format="svg").content)  # noqa: S314 - our own
    png = fetch("journey", format="png")
    assert png.headers["content-type"] == "image/png"
    assert png.content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png.content[16:24])
    assert (width, height) == (2 * int(svg.attrib["width"]), 2 * int(svg.attrib["height"]))


def test_without_a_font_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, fetch: Fetch, tmp_path: Path
) -> None:
    program = tmp_path / "no_font.py"
    program.write_text(f"import sys; sys.exit({png_worker.NO_FONT})")
    monkeypatch.setattr(png_worker, "__file__", str(program))
    problem = fetch("journey", status=501, format="png").json()
    assert problem["code"] == "not_installed"
    assert "fonts-dejavu-core" in problem["detail"]
    fetch("journey", format="svg")


def test_fonts_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert png_worker.has_fonts()
    draw = partial(resvg_py.svg_to_bytes, skip_system_fonts=True)
    monkeypatch.setattr(resvg_py, "svg_to_bytes", draw)
    assert not png_worker.has_fonts()


def test_one_picture_is_drawn_at_a_time(monkeypatch: pytest.MonkeyPatch, fetch: Fetch) -> None:
    monkeypatch.setattr(png, "QUEUE_TIMEOUT_S", 0.01)
    with png._turn:
        answer = fetch("journey", status=503, format="png")
    assert answer.json()["code"] == "drawing_busy"
    assert answer.headers["retry-after"]
    monkeypatch.setattr(png, "DRAW_TIMEOUT_S", 0.001)
    assert fetch("journey", status=503, format="png").json()["code"] == "drawing_busy"
    assert not png._turn.locked()


def test_who_finds_many_waiting_is_sent_away_at_once(fetch: Fetch) -> None:
    with ExitStack() as waiting:
        for _ in range(png.MAX_WAITING):
            waiting.enter_context(png._room)
        answer = fetch("journey", status=503, format="png")
    assert answer.json()["code"] == "drawing_busy"
    assert png._room.acquire(blocking=False)
    png._room.release()
