"""From the files of a run to the lessons of each pass."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlp.evaluate.calibration import MIN_ROWS
from nlp.labelled.examples import UNKNOWN, Example, mention_count, read_examples
from nlp.labelled.records import DataError
from nlp.labels import HEADS, Head
from nlp.language import normalize
from nlp.manifest import DataFile, Manifest, sha256
from nlp.train.lessons import Lesson, make_lessons, without_labels
from nlp.train.recipe import Recipe
from nlp.train.teachers import ask_teachers, checksum, target_vectors


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a run.

    ``train`` is read in every pass; ``first`` in one pass before these; ``unlabelled`` in every
    pass, with the labels that ``teachers`` (folders of models) give it. ``held_out`` is for
    calibration; without it, a base model's calibration is kept, or there is none. If ``languages``
    is not empty, mentions in other languages are left out.
    """

    train: Sequence[Path]
    first: Sequence[Path] = ()
    unlabelled: Sequence[Path] = ()
    teachers: Sequence[Path] = ()
    held_out: Sequence[Path] = ()
    languages: Sequence[str] = ()

    @property
    def language_codes(self) -> list[str]:
        """The normalised codes of the languages, without duplicates."""
        return sorted({normalize(language) for language in self.languages})

    @property
    def learned_from(self) -> list[Path]:
        """All files that the weights depend on."""
        return [*self.train, *self.first, *self.unlabelled]

    def fingerprint(self, base: Path) -> str:
        """A hash of everything that the weights depend on, apart from the recipe."""
        parts = {
            "base": [checksum(base)],
            "train": map(sha256, self.train),
            "first": map(sha256, self.first),
            "unlabelled": map(sha256, self.unlabelled),
            "teachers": map(checksum, self.teachers),
            "languages": self.language_codes,
        }
        lines = [f"{role}: {' '.join(each)}" for role, each in parts.items()]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Curriculum:
    """The lessons of each pass, and the files that they are from with their mentions used."""

    passes: Sequence[Sequence[Lesson]]
    used: list[DataFile]


def read_in_languages(path: Path, languages: Sequence[str]) -> list[Example]:
    """The examples of a file in one of ``languages``; all examples if that is empty.

    Raises DataError if there are none.
    """
    wanted = {normalize(language) for language in languages}
    examples = [e for e in read_examples(path) if not wanted or normalize(e.language) in wanted]
    if not examples:
        raise DataError(f"{path} has no rows in {', '.join(languages)}; check its column lang")
    return examples


def read_held_out(
    paths: Sequence[Path], languages: Sequence[str], learned: Mapping[str, str]
) -> dict[Path, list[Example]]:
    """The examples of files to calibrate a model with, as ``read_in_languages`` returns them.

    ``learned`` maps checksums of files to what is trained on them. Raises DataError for a held-out
    file that is among them: on data that it has seen, a model is more confident and more accurate
    than on any other.
    """
    for path in paths:
        if who := learned.get(sha256(path)):
            raise DataError(f"{path} cannot be held out: {who} is trained on it")
    return {path: read_in_languages(path, languages) for path in paths}


def heads_with_few_labels(held_out: Sequence[Example]) -> list[Head]:
    """The heads with too few held-out labels to fit anything to them."""
    labels = [labels for example in held_out for labels in example.labels]
    rows = {head: sum(known[head] != UNKNOWN for known in labels) for head in HEADS}
    return [head for head in HEADS if rows[head] < MIN_ROWS]


def held_out_files(
    held_out: Mapping[Path, list[Example]], before: Manifest | None
) -> list[DataFile]:
    """The manifest's entries on what probabilities are fitted to: ``held_out``, and where that is
    ``heads_with_few_labels``, also what the model ``before`` was calibrated on."""
    files = [data_file(*file) for file in held_out.items()]
    former = before.held_out if before and heads_with_few_labels(all_examples(held_out)) else []
    return without_duplicates([*files, *former])


def without_duplicates(files: Sequence[DataFile]) -> list[DataFile]:
    """One entry for each checksum, the one of which most mentions were used."""
    found: dict[str, DataFile] = {}
    for file in files:
        if file.rows >= found.get(file.sha256, file).rows:
            found[file.sha256] = file
    return list(found.values())


def make_curriculum(files: Files, base: Path, recipe: Recipe, cache: Path) -> Curriculum:
    """Read the files and ask the teachers, whose answers are cached in the folder ``cache``.

    Raises DataError if a file cannot be read or there is nothing to learn, ArtefactError for a
    teacher that is not a model.
    """
    rng = np.random.default_rng(recipe.seed)
    train = {path: read_in_languages(path, files.languages) for path in files.train}
    first = _sample(files.first, files.languages, recipe.first_rows, rng)
    unlabelled = _sample(files.unlabelled, files.languages, recipe.unlabelled_rows, rng)
    if not files.teachers and not any(example.is_labelled for example in all_examples(train)):
        raise DataError(f"there are no labels to learn from in {', '.join(map(str, files.train))}")
    parts = [*first.values(), *unlabelled.values(), *train.values()]
    targets = ask_teachers(files.teachers, parts, cache)
    vectors = (
        target_vectors(base, parts, cache) if recipe.placing else np.zeros_like(targets[:, :1])
    )
    lessons = make_lessons([example for part in parts for example in part], targets, vectors)
    first_end = len(all_examples(first))
    unlabelled_end = first_end + len(all_examples(unlabelled))
    every = [*lessons[unlabelled_end:], *map(without_labels, lessons[first_end:unlabelled_end])]
    return Curriculum(
        [*([lessons[:first_end]] if first_end else []), *[every] * recipe.epochs],
        [
            data_file(path, part)
            for role in (train, first, unlabelled)
            for path, part in role.items()
        ],
    )


def data_file(path: Path, examples: Sequence[Example]) -> DataFile:
    """The manifest's entry on a file and what is used of it, without its folders (private)."""
    return DataFile(path.name, mention_count(examples), sha256(path))


def _sample(
    paths: Sequence[Path], languages: Sequence[str], count: int, rng: np.random.Generator
) -> dict[Path, list[Example]]:
    """At most ``count`` examples, drawn at random from all files together."""
    read = [(path, example) for path in paths for example in read_in_languages(path, languages)]
    drawn: dict[Path, list[Example]] = {path: [] for path in paths}
    for index in rng.permutation(len(read))[:count]:
        path, example = read[index]
        drawn[path].append(example)
    return drawn


def all_examples(parts: Mapping[Path, list[Example]]) -> list[Example]:
    """The examples of all files, one after the other."""
    return [example for part in parts.values() for example in part]
