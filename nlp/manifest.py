"""The manifest of a model artefact: what is in the folder, with checksums.

No file of an artefact is opened before the checksums of all of its files have been verified.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from nlp.labels import HEADS

FORMAT: Final = 1
"""Incremented when readers of the previous format can't use the artefact."""

MANIFEST_FILE: Final = "manifest.json"

MODEL_FILE: Final = "model.onnx"
"""The model that is served by default: 8-bit, for ONNX Runtime."""

WEIGHTS_FILE: Final = "model.safetensors"
CONFIG_FILE: Final = "config.json"
"""The unquantised weights and the configuration of their encoder, for torch."""

TOKENIZER_FILE: Final = "tokenizer.json"

THEMES_FILE: Final = "themes.npz"
"""The projection that tells themes apart, if the model has one: see ``nlp.themes.projection``."""

NGRAMS_FILE: Final = "ngrams.npz"
"""The model's character n-grams, if it has any: see ``nlp.ngrams``."""


class ArtefactError(Exception):
    """The model artefact cannot be used."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file that the model was trained or calibrated on, and how many of its mentions it used."""

    name: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Facts about a model that its users need, and the sha256 of each of its files.

    ``width`` is the dimension of an embedding, ``max_tokens`` the maximum length of a window.
    A head's logits are divided by its temperature before the softmax; a reading whose
    probability is below the head's threshold (0..1) is doubtful: a stage or touchpoint is then
    unassigned. ``languages`` are the languages that training was restricted to; empty if it was
    not. ``data`` are the files the model was trained on, with ``teachers`` and by ``recipe``;
    ``held_out`` those that temperatures and thresholds were fitted to, ``theme_data`` those that
    the theme projection was fitted to.
    """

    format: int
    name: str
    version: str
    created: str
    code_version: str
    base: str
    layers: int
    width: int
    max_tokens: int
    files: Mapping[str, str]
    labels: Mapping[str, list[str]]
    temperatures: Mapping[str, float]
    thresholds: Mapping[str, float]
    languages: list[str] = field(default_factory=list)
    teachers: list[str] = field(default_factory=list)
    data: list[DataFile] = field(default_factory=list)
    held_out: list[DataFile] = field(default_factory=list)
    theme_data: list[DataFile] = field(default_factory=list)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)


def sha256(path: Path) -> str:
    """The checksum of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load_manifest(folder: Path) -> Manifest:
    """Read and check the manifest of an artefact, but not its files: see ``verify``.

    Raises ArtefactError if it is missing, can't be read, or has another format or other labels.
    """
    try:
        content = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ArtefactError(f"{folder} is not a model: it has no {MANIFEST_FILE}") from None
    except (OSError, ValueError) as error:
        raise ArtefactError(f"{folder / MANIFEST_FILE} cannot be read: {error}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ArtefactError(f"{folder / MANIFEST_FILE} does not have format {FORMAT}")
    return _parse(folder, content)


def is_model(folder: Path) -> bool:
    """Whether the folder has a model made by ``voc``, not a plain encoder."""
    return (folder / MANIFEST_FILE).is_file()


def verified_file(folder: Path, name: str) -> Path | None:
    """The path of an optional file of the model in ``folder``; None if the model has none.

    Raises ArtefactError if the folder has no manifest, or the file is missing or was changed.
    """
    expected = load_manifest(folder).files.get(name)
    path = folder / name
    if expected is not None and not (path.is_file() and sha256(path) == expected):
        raise ArtefactError(f"{name} in {folder} does not match the checksum in the manifest")
    return None if expected is None else path


def verify(folder: Path) -> Manifest:
    """Check every file that the manifest names, and return the manifest.

    Raises ArtefactError with the name of the first file that is missing or differs.
    """
    manifest = load_manifest(folder)
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise ArtefactError(f"{name} is missing from the model in {folder}")
        if sha256(path) != expected:
            raise ArtefactError(f"{name} in {folder} does not match the checksum in the manifest")
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest into the artefact's folder."""
    text = json.dumps(asdict(manifest), indent=2, ensure_ascii=False)
    (folder / MANIFEST_FILE).write_text(text + "\n", encoding="utf-8")


def _parse(folder: Path, content: dict[str, Any]) -> Manifest:
    known = {entry.name for entry in fields(Manifest)}
    try:
        for role in ("data", "held_out", "theme_data"):
            content[role] = [DataFile(**entry) for entry in content.get(role, [])]
        manifest = Manifest(**{k: v for k, v in content.items() if k in known})
    except TypeError as error:
        raise ArtefactError(f"{folder / MANIFEST_FILE} is incomplete: {error}") from error
    _check_names(folder, manifest)
    _check_heads(folder, manifest)
    return manifest


def _check_names(folder: Path, manifest: Manifest) -> None:
    for name in manifest.files:
        if Path(name).name != name:
            where = folder / MANIFEST_FILE
            raise ArtefactError(f"{where} names a file outside its folder: {name}")


def _check_heads(folder: Path, manifest: Manifest) -> None:
    if manifest.labels != {head: list(labels) for head, labels in HEADS.items()}:
        raise ArtefactError(f"the labels of the model in {folder} are not those of this version")
    if not HEADS.keys() <= manifest.temperatures.keys() & manifest.thresholds.keys():
        raise ArtefactError(f"the model in {folder} is not calibrated for every head")
