"""The labels that trained models, the teachers, give to texts, and the vectors of the base encoder.

Both are slow to compute, so they are cached in a folder, by model and texts.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch

from nlp.arrays import Float32
from nlp.decoding import softmax
from nlp.evaluate.answers import answer
from nlp.evaluate.base_encoder import BaseEncoder
from nlp.labelled.examples import Example, mention_count
from nlp.labelled.records import DataError
from nlp.labels import HEADS, LABEL_COUNT
from nlp.language import normalize
from nlp.loading import open_model
from nlp.manifest import (
    CONFIG_FILE,
    THEMES_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    is_model,
    load_manifest,
    sha256,
    verify,
)
from nlp.train.precision import bfloat16_autocast
from nlp.vectors import unit_rows


def checksum(folder: Path) -> str:
    """A hash of everything in the folder that the readings of a model or an encoder depend on.

    Evaluating a model or fitting its themes does not change it.
    """
    if is_model(folder):
        manifest = load_manifest(folder)
        files = {name: found for name, found in manifest.files.items() if name != THEMES_FILE}
        identity = f"{sorted(files.items())} {manifest.max_tokens}"
    else:
        names = (CONFIG_FILE, TOKENIZER_FILE, WEIGHTS_FILE)
        identity = str([(name, sha256(folder / name)) for name in names])
    return hashlib.sha256(identity.encode()).hexdigest()


def ask_teachers(
    folders: Sequence[Path], files: Sequence[Sequence[Example]], cache: Path
) -> Float32:
    """The mean of the teachers' probabilities for each mention of all files: (mentions, labels of
    all heads side by side).

    A teacher is the folder of a model, 8-bit or not. A teacher that was trained on some languages
    is asked only about these; a mention that no teacher was asked about has a row of zeros. Raises
    ArtefactError if a folder has no model or it was changed, DataError for a teacher without
    mentions in its languages.
    """
    owners = [e.language for examples in files for e in examples for _ in e.spans]
    total = np.zeros((len(owners), LABEL_COUNT), dtype=np.float32)
    asked_count = np.zeros((len(owners), 1), dtype=np.float32)
    for folder in folders:
        languages = {normalize(code) for code in verify(folder).languages}
        weights_hash = checksum(folder)
        rows = [not languages or language in languages for language in owners]
        if not any(rows):
            known = ", ".join(sorted(languages))
            within = f" in {known}; check the column lang" if known else ""
            raise DataError(f"there are no mentions for the teacher {folder}{within}")
        answers = []
        for examples in files:
            chosen = [e for e in examples if not languages or e.language in languages]
            name = _name(weights_hash, chosen)
            answers.append(_cached(cache / name, partial(_ask, folder, chosen)))
        total[rows] += np.concatenate(answers)
        asked_count[rows] += 1
    mean: Float32 = total / asked_count.clip(min=1)
    return mean


def target_vectors(base: Path, files: Sequence[Sequence[Example]], cache: Path) -> Float32:
    """Unit vectors (mentions, width) of the mentions from the base encoder, without their context.

    Their mean is subtracted first: the vectors of an encoder share one direction, which carries no
    information and hides the rest. A base that is already a model has learned this; it reads
    mentions in their context, and nothing is subtracted.
    """
    is_continued, weights_hash = is_model(base), "placed" + checksum(base)
    answers = []
    for examples in files:
        name = _name(weights_hash, examples)
        embed = partial(_vectors_of_model if is_continued else _vectors_of_encoder, base, examples)
        answers.append(_cached(cache / name, embed))
    vectors = np.concatenate(answers)
    return vectors if is_continued else unit_rows(vectors - vectors.mean(axis=0))


def _vectors_of_model(folder: Path, examples: Sequence[Example]) -> Float32:
    model = open_model(folder, torch.get_num_threads())
    return answer(model, examples).embeddings.astype(np.float32)


def _ask(folder: Path, examples: Sequence[Example]) -> Float32:
    if not mention_count(examples):
        return np.zeros((0, LABEL_COUNT), dtype=np.float32)
    teacher = open_model(folder, torch.get_num_threads())
    with bfloat16_autocast():
        answers = answer(teacher, examples)
    probabilities = [softmax(answers.logits[head].astype(np.float32)) for head in HEADS]
    return np.hstack(probabilities).astype(np.float32)


def _vectors_of_encoder(base: Path, examples: Sequence[Example]) -> Float32:
    texts = [example.text[start:end] for example in examples for start, end in example.spans]
    with bfloat16_autocast():
        return BaseEncoder(base).embed(texts).astype(np.float32)


def _name(weights: str, examples: Sequence[Example]) -> str:
    """The file name of cached answers: a hash of the weights, and of texts, contexts and spans."""
    asked = hashlib.sha256(weights.encode())
    for example in examples:
        asked.update(f"{example.context}\0{example.text}\0{list(example.spans)}\0".encode())
    return f"{asked.hexdigest()[:20]}.npy"


def _cached(file: Path, ask: Callable[[], Float32]) -> Float32:
    if file.exists():
        known: Float32 = np.load(file)
        return known
    found = ask()
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".partial.npy")
    np.save(unfinished, found)
    unfinished.replace(file)
    return found
