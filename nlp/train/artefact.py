"""Write the folders of a run: the artefact for ONNX Runtime, and the weights for torch."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from safetensors.torch import save_file

from nlp.backends.network import MentionNetwork
from nlp.descriptions import DESCRIPTIONS
from nlp.encoding import build_windows, load_tokenizer
from nlp.evaluate.answers import Answers
from nlp.evaluate.calibration import calibrate, select_rows
from nlp.evaluate.card import remove_card
from nlp.labelled.examples import UNKNOWN
from nlp.labels import HEADS, Head
from nlp.manifest import (
    CONFIG_FILE,
    FORMAT,
    MODEL_FILE,
    NGRAMS_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    Manifest,
    is_model,
    sha256,
    write_manifest,
)
from nlp.ngrams import load_ngrams
from nlp.train.export import export
from nlp.train.recipe import Recipe


def make_manifest(
    network: MentionNetwork,
    recipe: Recipe,
    facts: Mapping[str, Any],
    before: Manifest | None = None,
) -> Manifest:
    """A manifest of the network, without files yet; it has the calibration of the model ``before``
    that training continued from, if there was one.

    ``facts`` are the manifest's fields that neither the network nor the recipe provides.
    """
    return Manifest(
        format=FORMAT,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        layers=network.encoder.config.num_hidden_layers,
        width=network.encoder.config.hidden_size,
        max_tokens=recipe.max_tokens,
        files={},
        labels={head: list(labels) for head, labels in HEADS.items()},
        temperatures=before.temperatures if before else dict.fromkeys(HEADS, 1.0),
        thresholds=before.thresholds if before else dict.fromkeys(HEADS, 0.0),
        **facts,
    )


def write_artefact(folder: Path, network: MentionNetwork, base: Path, manifest: Manifest) -> None:
    """Export the network into ``folder``, as 8-bit ONNX with a manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    export(network, folder / MODEL_FILE, _sample_texts(base))
    _write_rest(folder, base, manifest, (MODEL_FILE,))


def _sample_texts(base: Path) -> list[list[int]]:
    """Token ids of sample texts on which the largest channels of an encoder show."""
    tokenizer = load_tokenizer(base)
    windows = [
        build_windows(tokenizer, None, text, [(0, len(text))])[0].window
        for labels in DESCRIPTIONS.values()
        for text in labels.values()
    ]
    return [list(window.ids) for window in windows]


def write_weights(folder: Path, network: MentionNetwork, base: Path, manifest: Manifest) -> None:
    """Write the network unquantised into ``folder``, with a manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    network.encoder.config.to_json_file(folder / CONFIG_FILE)
    save_file(network.state_dict(), folder / WEIGHTS_FILE)
    _write_rest(folder, base, manifest, (CONFIG_FILE, WEIGHTS_FILE))


def _write_rest(folder: Path, base: Path, manifest: Manifest, files: Sequence[str]) -> None:
    """Add the tokenizer of ``base`` and its n-grams, if any, and write the manifest. The card of a
    model that was in the folder before is removed."""
    if is_model(folder):
        remove_card(folder)
    load_tokenizer(base).save(str(folder / TOKENIZER_FILE))
    names = [*files, TOKENIZER_FILE]
    if is_model(base) and (ngrams := load_ngrams(base)):
        ngrams.save(folder / NGRAMS_FILE)
        names.append(NGRAMS_FILE)
    sums = {name: sha256(folder / name) for name in names}
    write_manifest(folder, replace(manifest, files=sums))


def calibrated(manifest: Manifest, answers: Answers, heads: Collection[Head]) -> Manifest:
    """The manifest with the heads' temperatures and thresholds fitted to held-out answers."""
    temperatures, thresholds = dict(manifest.temperatures), dict(manifest.thresholds)
    for head in HEADS:  # in this order: the severity's probabilities follow the sentiment's
        if head in heads:
            known = answers.truth[head] != UNKNOWN
            logits = select_rows(answers.logits, known)
            fitted = calibrate(head, logits, answers.truth[head][known], temperatures)
            temperatures[head], thresholds[head] = fitted.temperature, fitted.threshold
    return replace(manifest, temperatures=temperatures, thresholds=thresholds)
