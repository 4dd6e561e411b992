"""The folders that a run leaves: what is served on ONNX Runtime, and what torch can load."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from safetensors.torch import save_file

from nlp.evaluate.answers import Answers
from nlp.evaluate.calibration import calibrate
from nlp.labels import HEADS
from nlp.manifest import FORMAT, DataFile, Manifest, load_manifest, sha256, write_manifest
from nlp.train.examples import UNKNOWN, Example
from nlp.train.export import export
from nlp.train.network import Reader
from nlp.train.recipe import Recipe

MODEL: Final = "model.onnx"
WEIGHTS: Final = "model.safetensors"
CONFIG: Final = "config.json"
TOKENIZER: Final = "tokenizer.json"


def write_artefact(
    folder: Path, reader: Reader, base: Path, recipe: Recipe, facts: Mapping[str, Any]
) -> Manifest:
    """Export the reader into ``folder`` and describe it, as yet uncalibrated.

    ``facts`` are the manifest's fields that neither the reader nor the recipe knows.
    """
    folder.mkdir(parents=True, exist_ok=True)
    export(reader, folder / MODEL, recipe.exact_layers)
    shutil.copyfile(base / TOKENIZER, folder / TOKENIZER)
    manifest = Manifest(
        format=FORMAT,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        layers=recipe.layers,
        width=reader.encoder.config.hidden_size,
        max_tokens=recipe.max_tokens,
        files={name: sha256(folder / name) for name in (MODEL, TOKENIZER)},
        labels={head: list(labels) for head, labels in HEADS.items()},
        temperatures=dict.fromkeys(HEADS, 1.0),
        thresholds=dict.fromkeys(HEADS, 0.0),
        **facts,
    )
    write_manifest(folder, manifest)
    return manifest


def write_weights(folder: Path, reader: Reader, artefact: Path) -> None:
    """Write the reader unquantised into ``folder``, described as the ``artefact`` made of it."""
    folder.mkdir(parents=True, exist_ok=True)
    reader.encoder.config.to_json_file(folder / CONFIG)
    save_file(reader.state_dict(), folder / WEIGHTS)
    shutil.copyfile(artefact / TOKENIZER, folder / TOKENIZER)
    files = {name: sha256(folder / name) for name in (CONFIG, WEIGHTS, TOKENIZER)}
    write_manifest(folder, replace(load_manifest(artefact), files=files))


def calibrated(manifest: Manifest, answers: Answers) -> Manifest:
    """The manifest with temperatures and thresholds fitted to answers on held-out rows."""
    fitted = {}
    for head in HEADS:
        known = answers.truth[head] != UNKNOWN
        if known.any():
            fitted[head] = calibrate(answers.logits[head][known], answers.truth[head][known])
    return replace(
        manifest,
        temperatures={**manifest.temperatures, **{h: c.temperature for h, c in fitted.items()}},
        thresholds={**manifest.thresholds, **{h: c.threshold for h, c in fitted.items()}},
    )


def data_file(path: Path, examples: Sequence[Example]) -> DataFile:
    """The manifest's line on a file of training data; its folders are nobody's business."""
    rows = sum(len(example.spans) for example in examples)
    return DataFile(path.name, rows, sha256(path))
