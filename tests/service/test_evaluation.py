"""``voc evaluate`` prints what it found and says plainly what is missing."""

import errno
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nlp.artefact import BUNDLED
from nlp.train.run import Outputs
from service.cli import app
from tests.nlp.tiny_model import FLOOR, write_base, write_model, write_rows

THEMES = (
    {"text": "It took weeks", "stage": "usage", "theme": "slow", "lang": "en"},
    {"text": "Es kam spät", "stage": "usage", "theme": "slow", "lang": "de"},
    {"text": "The box was torn", "stage": "usage", "theme": "torn", "lang": "en"},
)
WHOLE = {"text": "Fine.", "mentions": [], "primary": {"stage": "usage", "sentiment": "mixed"}}


@dataclass(frozen=True, slots=True)
class Tiny:
    """A model, its base, and files to measure it on: labelled rows that it has learned from, and
    was calibrated with, themes, an item."""

    base: Path
    model: Outputs
    rows: Path
    held_out: Path
    themes: Path
    whole: Path


def _voc(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["evaluate", *map(str, words)], env={"COLUMNS": "120"})
    return result.exit_code, result.output


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "base").mkdir()
    base, rows = write_base(folder / "base"), write_rows(folder)
    themes, whole = folder / "themes.jsonl", folder / "whole.jsonl"
    themes.write_text("\n".join(map(json.dumps, THEMES)))
    whole.write_text(json.dumps(WHOLE))
    model = write_model(folder, base, rows)
    return Tiny(base, model, rows, folder / "held_out.tsv", themes, whole)


def test_all_that_can_be_asked_of_a_model_is_measured_and_written(
    tiny: Tiny, tmp_path: Path
) -> None:
    written, shown = tmp_path / "figures.json", tmp_path / "report.html"
    code, printed = _voc(
        *(tiny.model.out, "--data", tiny.rows, "--data", tiny.held_out),
        *("--data", tiny.whole, "--themes", tiny.themes),
        *("--baselines", "--train", tiny.rows, "--base", tiny.base),
        *("--weights", tiny.model.weights, "--json", written, "--html", shown, "--card"),
    )
    assert code == 0, printed
    for part in (
        "few.tsv: 40 mentions, as given",
        "few.tsv: probabilities and thresholds",
        "whole.jsonl: 1 items, read as in production",
        "few.tsv: what 8 bits cost",
        "Warning: the model was trained on few.tsv.",
    ):
        assert part in printed
    assert "whole.jsonl: 0 mentions" not in printed
    figures = json.loads(written.read_text(encoding="utf-8"))
    assert figures["model"]["trained_on"] == ["few.tsv"]
    assert figures["model"]["calibrated_on"] == ["held_out.tsv"]
    assert figures["themes"]["mentions"] == 3
    assert figures["themes"]["base"]["all"]["pairs"] == 1
    assert figures["rounding"].keys() == {"few.tsv", "held_out.tsv", "whole.jsonl"}
    sentiment = figures["sets"]["few.tsv"]["heads"]["sentiment"]
    assert sentiment["baselines"].keys() == {"majority", "words", "zero-shot", "VADER"}
    assert "½ above" in shown.read_text(encoding="utf-8")
    assert tiny.model.out
    assert (tiny.model.out / "reliability-2.svg").exists()
    assert not (tiny.model.out / "reliability-3.svg").exists()
    card = (tiny.model.out / "README.md").read_text(encoding="utf-8")
    assert "Warning: the model was trained on few.tsv." in card


def test_a_tiny_model_is_no_better_than_itself(tiny: Tiny) -> None:
    out = tiny.model.out
    code, printed = _voc("--compare", out, out, "--data", tiny.rows, "--data", tiny.whole)
    assert code == 0, printed
    assert "not shown" in printed
    assert "too few rows" in printed
    assert "whole.jsonl: 1 items, as read" in printed
    assert "better" not in printed
    assert "worse" not in printed


@pytest.mark.model
def test_figures_are_printed_and_written(tmp_path: Path) -> None:
    target = tmp_path / "figures.json"
    code, printed = _voc(BUNDLED, "--data", FLOOR, "--baselines", "--json", target)
    assert code == 0
    assert "floor.tsv: 150 mentions, as given" in printed
    assert "floor.tsv: 150 items, read as in production" in printed
    assert "stage, most confident mistakes" in printed
    figures = json.loads(target.read_text(encoding="utf-8"))
    assert figures["sets"]["floor.tsv"]["heads"]["sentiment"]["baselines"].keys() == {"VADER"}


@pytest.mark.model
def test_a_model_is_no_better_than_itself(tmp_path: Path) -> None:
    code, printed = _voc("--compare", BUNDLED, BUNDLED, "--data", FLOOR)
    assert code == 0
    assert printed.count("not shown") == 12


@pytest.mark.parametrize("option", ["--json", "--html", "--card"])
def test_a_folder_that_takes_no_file_is_told_before_the_model_is_opened(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(dir: Path) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(dir))

    monkeypatch.setattr("nlp.train.folders.NamedTemporaryFile", refuse)
    target = () if option == "--card" else (tmp_path / "report",)
    code, printed = _voc(tmp_path, "--data", FLOOR, option, *target)
    assert code == 2
    assert "cannot be written to" in " ".join(printed.replace("│", " ").split())


def test_figures_are_printed_where_they_cannot_be_written(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(self: Path, *_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", self.name)

    monkeypatch.setattr(Path, "write_text", fill)
    code, printed = _voc(
        *(tiny.model.out, "--data", tiny.rows, "--no-details", "--json", tmp_path / "figures.json")
    )
    assert code == 2
    assert "few.tsv: 40 mentions, as given" in printed
    assert "No space left on device" in printed


def test_a_baseline_that_has_nothing_to_say_is_told_and_has_no_column(
    tiny: Tiny, tmp_path: Path
) -> None:
    rows, shown = tmp_path / "rows.csv", tmp_path / "report.html"
    rows.write_text("text,sentiment\nIt is late,negative\nGood,positive\n", encoding="utf-8")
    code, printed = _voc(
        *(tiny.model.out, "--data", rows, "--no-details", "--html", shown),
        *("--baselines", "--train", tiny.rows),
    )
    assert code == 0, printed
    assert " ".join(printed.split()).count("VADER") == 1
    assert "rows whose lang is en; covers none of these rows)." in " ".join(printed.split())
    page = shown.read_text(encoding="utf-8")
    assert "<th>words</th>" in page
    assert "<th>VADER</th>" not in page
    assert "words (TF-IDF with logistic regression" in page


def test_a_wrong_call_is_told_in_one_line(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("text,stage\nx,nowhere\n")
    for words, data, reason in (
        ((), FLOOR, "give the folder of one model"),
        ((tmp_path, "--compare", tmp_path, tmp_path), FLOOR, "give the folder of one model"),
        (("--compare", tmp_path, tmp_path, "--card"), FLOOR, "--compare can't be used with --card"),
        (
            ("--compare", tmp_path, tmp_path, "--themes", FLOOR),
            FLOOR,
            "can't be used with --themes",
        ),
        ((BUNDLED, "--train", FLOOR), FLOOR, "--train needs --baselines"),
        ((BUNDLED, "--base", tmp_path), FLOOR, "--base needs --baselines or --themes"),
        ((BUNDLED, "--json", tmp_path / "no" / "f.json"), FLOOR, "there is no folder"),
        ((BUNDLED, "--html", tmp_path / "no" / "f.html"), FLOOR, "there is no folder"),
        ((BUNDLED, "--base", tmp_path, "--baselines"), FLOOR, "has no encoder"),
        ((tmp_path,), FLOOR, "is not a model"),
        ((BUNDLED,), rows, "line 2: 'nowhere' is not a stage"),
    ):
        code, printed = _voc(*words, "--data", data)
        assert code == 2
        assert reason in " ".join(printed.replace("│", " ").split())
