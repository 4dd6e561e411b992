"""``voc train`` and ``voc average`` say what is wrong before they take their time."""

from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from service.cli import app
from tests.nlp.tiny_model import write_base, write_held_out, write_rows

FEW = ("--epochs", 1, "--layers", 1, "--set", "tokens=256", "--set", "max_tokens=32")


def _voc(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(map(str, words)), env={"COLUMNS": "200"})
    return result.exit_code, " ".join(result.output.replace("│", " ").split())


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base(tmp_path_factory.mktemp("base"))


def test_a_wrong_call_of_train_is_told_in_one_line(base: Path, tmp_path: Path) -> None:
    rows, file, model = write_rows(tmp_path), tmp_path / "file", tmp_path / "model"
    file.write_text("")
    for words, reason in (
        ((), "give --out, --weights, or both"),
        (("--out", model, "--weights", model), "give --out, --weights, or both"),
        (("--out", model, "--weights", tmp_path / "x" / ".." / "model"), "both with different"),
        (("--out", file), "is a file"),
        (("--weights", file), "is a file"),
        (("--out", file / "model"), "cannot be written to"),
        (("--out", model, "--checkpoint", tmp_path), "is a directory"),
        (("--out", model, "--seed", -1), "Invalid value for '--seed'"),
        (("--out", model, "--set", "epochs=0"), "epochs is 0; it must be 1 or more"),
        (("--out", model, "--set", "warm_up=0"), "warm_up is 0.0"),
        (("--out", model, "--held-out", rows), "cannot be held out: this run is trained on it"),
        (("--out", model, "--resume", "--checkpoint", file), "is not a checkpoint"),
    ):
        checkpoint = () if "--checkpoint" in words else ("--checkpoint", tmp_path / "c.pt")
        code, printed = _voc("train", "--data", rows, "--base", base, *FEW, *checkpoint, *words)
        assert code == 2, words
        assert reason in printed


def test_a_run_without_a_checkpoint_says_so_and_models_of_it_can_be_averaged(
    base: Path, tmp_path: Path
) -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    rows, held_out, model = write_rows(tmp_path), write_held_out(tmp_path), tmp_path / "weights"
    code, printed = _voc(
        *("train", "--data", rows, "--held-out", held_out, "--base", base, *FEW),
        *("--weights", model, "--checkpoint", tmp_path / "no" / "c.pt", "--resume"),
    )
    torch.set_num_threads(threads)
    assert code == 0, printed
    assert f"No checkpoint at {tmp_path}/no/c.pt: starting over" in printed
    assert "uncalibrated" not in printed
    code, printed = _voc("average", model, model, "--out", tmp_path / "mean")
    assert code == 0
    assert "are those of the first model: fewer than 40 held-out mentions have a" in printed
    for words, reason in (
        (("--out", tmp_path / "m", "--weights", tmp_path / "m"), "both with different folders"),
        (("--out", rows), "is a file"),
        (("--out", tmp_path / "m", "--held-out", rows), "cannot be held out: the model in"),
    ):
        code, printed = _voc("average", model, model, *words)
        assert code == 2
        assert reason in printed
