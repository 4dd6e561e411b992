"""``voc evaluate`` prints what it found and says plainly what is missing."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nlp.artefact import BUNDLED
from service.cli import evaluation

FLOOR = Path(__file__).parents[1] / "nlp" / "floor.tsv"


def _voc(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(evaluation.app, list(map(str, words)), env={"COLUMNS": "120"})
    return result.exit_code, result.output


@pytest.mark.model
def test_figures_are_printed_and_written(tmp_path: Path) -> None:
    target = tmp_path / "figures.json"
    code, printed = _voc(BUNDLED, "--data", FLOOR, "--baselines", "--json", target)
    assert code == 0
    assert "floor.tsv: 150 mentions, as given" in printed
    assert "floor.tsv: 150 items, read as in production" in printed
    assert "stage, surest mistakes" in printed
    figures = json.loads(target.read_text(encoding="utf-8"))
    assert figures["sets"]["floor.tsv"]["heads"]["sentiment"]["baselines"].keys() == {"VADER"}


@pytest.mark.model
def test_a_model_is_no_better_than_itself(tmp_path: Path) -> None:
    code, printed = _voc("--compare", BUNDLED, BUNDLED, "--data", FLOOR)
    assert code == 0
    assert printed.count("not shown") == 12


def test_a_wrong_call_is_told_in_one_line(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("text,stage\nx,nowhere\n")
    for words, data, reason in (
        ((), FLOOR, "give the folder of one model"),
        ((tmp_path, "--compare", tmp_path, tmp_path), FLOOR, "give the folder of one model"),
        (("--compare", tmp_path, tmp_path, "--card"), FLOOR, "--card are of one model"),
        ((tmp_path,), FLOOR, "is not a model"),
        ((BUNDLED,), rows, "line 2: 'nowhere' is not a stage"),
    ):
        code, printed = _voc(*words, "--data", data)
        assert code == 2
        assert reason in " ".join(printed.replace("│", " ").split())
