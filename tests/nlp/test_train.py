"""Training, from files to a served artefact, on a network and data small enough for a test."""

import dataclasses
import errno
import shutil
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from nlp.backends.hf import TorchBackend
from nlp.backends.network import build_network
from nlp.backends.onnx import OnnxBackend
from nlp.encoding import build_windows, load_tokenizer
from nlp.evaluate.run import evaluate_folder
from nlp.labelled.examples import UNKNOWN, read_examples
from nlp.labelled.records import DataError
from nlp.labels import HEADS, LABEL_COUNT
from nlp.manifest import MODEL_FILE, load_manifest, verify, write_manifest
from nlp.train.balance import adjust_logits
from nlp.train.batches import epoch
from nlp.train.curriculum import Files, make_curriculum
from nlp.train.export import export_plain
from nlp.train.lessons import NO_THEME, Lesson, join, make_lessons
from nlp.train.loop import CheckpointError, Run, Step
from nlp.train.loss import mention_loss, theme_loss, vector_loss
from nlp.train.outliers import separate_outliers
from nlp.train.recipe import Recipe, with_settings
from nlp.train.run import Identity, Outputs, train_model
from nlp.train.teachers import ask_teachers
from tests.nlp.tiny_model import write_base, write_held_out, write_rows

RECIPE = Recipe(layers=2, epochs=2, tokens=256, max_tokens=32, seconds=0.0)
IDENTITY = Identity("tiny", "0.0.1", "0.0.0", "random")


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_rows(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base(tmp_path_factory.mktemp("base"))


def _run(base: Path, data: Path, fingerprint: str = "") -> Run:
    torch.manual_seed(0)
    network = build_network(base, RECIPE.layers, RECIPE.dropout)
    return Run(network, load_tokenizer(base), [_lessons(data)] * 2, RECIPE, fingerprint)


def _lessons(data: Path) -> list[Lesson]:
    """Lessons that nobody teaches and that have no place to go to."""
    examples = read_examples(data)
    return make_lessons(
        examples,
        np.zeros((len(examples), LABEL_COUNT), dtype=np.float32),
        np.zeros((len(examples), 1), dtype=np.float32),
    )


class _StopError(Exception):
    pass


def test_a_stopped_run_that_is_resumed_ends_as_if_never_stopped(
    base: Path, data: Path, tmp_path: Path
) -> None:
    whole = _run(base, data)
    whole.train(tmp_path / "whole.pt", _ignore)
    checkpoint = tmp_path / "stopped.pt"

    def stop(step: Step) -> None:
        if step.steps == whole.steps // 2:
            raise _StopError

    with pytest.raises(_StopError):
        _run(base, data).train(checkpoint, stop)
    resumed = _run(base, data)
    resumed.train(checkpoint, _ignore, resume=True)
    assert resumed.steps == whole.steps
    torch.testing.assert_close(resumed.network.heads.weight, whole.network.heads.weight)


def test_a_checkpoint_of_another_run_is_refused(base: Path, data: Path, tmp_path: Path) -> None:
    run, checkpoint = _run(base, data), tmp_path / "run.pt"
    run.train(checkpoint, _ignore)
    run.recipe = dataclasses.replace(RECIPE, smoothing=0.2)
    for other in (run, _run(base, data, "other data")):
        with pytest.raises(CheckpointError, match="other data"):
            other.train(checkpoint, _ignore, resume=True)
    for content in (b"not a checkpoint", b""):
        checkpoint.write_bytes(content)
        with pytest.raises(CheckpointError, match="not a checkpoint"):
            _run(base, data).train(checkpoint, _ignore, resume=True)


def test_files_become_a_verified_calibrated_artefact_that_can_be_evaluated(
    base: Path, data: Path, tmp_path: Path
) -> None:
    losses: list[float] = []
    files = Files([data], first=[data], held_out=[write_held_out(tmp_path)])
    out = tmp_path / "model"
    outputs = Outputs(tmp_path / "checkpoint.pt", out, tmp_path / "weights")
    train_model(files, base, outputs, RECIPE, IDENTITY, lambda step: losses.append(step.loss))
    manifest = verify(out)
    assert losses[-1] < losses[0]
    assert [(entry.name, entry.rows) for entry in manifest.data] == [("few.tsv", 40)]
    assert [(entry.name, entry.rows) for entry in manifest.held_out] == [("held_out.tsv", 40)]
    assert Recipe(**manifest.recipe) == RECIPE
    assert manifest.layers == 2
    assert TorchBackend(tmp_path / "weights").manifest.temperatures == manifest.temperatures
    figures = evaluate_folder(out, [data])
    assert figures["sets"]["few.tsv"]["rows"] == 40
    assert figures["sets"]["few.tsv"]["heads"].keys() == HEADS.keys()


def test_the_artefact_reads_as_the_network_does(base: Path, data: Path, tmp_path: Path) -> None:
    """Exported without rounding, the graph gives the network's own logits and unit vectors."""
    import onnxruntime as ort

    network = build_network(base, 2, 0.0).eval()
    export_plain(network, tmp_path / "plain.onnx")
    tokenizer = load_tokenizer(base)
    (batch, *_) = epoch(_lessons(data)[:1], tokenizer, RECIPE, np.random.default_rng(0))
    feed = {
        "input_ids": batch.ids,
        "attention_mask": batch.attention,
        "mention_mask": batch.mentions,
    }
    logits, embedding = ort.InferenceSession(tmp_path / "plain.onnx").run(None, feed)
    with torch.no_grad():
        expected, vectors = network(*(torch.from_numpy(array) for array in feed.values()))
    np.testing.assert_allclose(logits, expected.numpy(), atol=1e-4)
    np.testing.assert_allclose(embedding, vectors.numpy(), atol=1e-4)


def test_the_bundled_engine_takes_batches_of_any_shape(
    base: Path, data: Path, tmp_path: Path
) -> None:
    files = Files([data])
    recipe = dataclasses.replace(RECIPE, epochs=1)
    outputs = Outputs(tmp_path / "checkpoint.pt", tmp_path / "m")
    train_model(files, base, outputs, recipe, IDENTITY, _ignore)
    tokenizer = load_tokenizer(base)
    windows = [
        item.window
        for text, spans in (("ok", [(0, 2)]), ("It is good, but it is slow.", [(0, 10), (12, 27)]))
        for item in build_windows(tokenizer, None, text, spans)
    ]
    readings = OnnxBackend(tmp_path / "m").read(windows)
    assert [reading.logits["stage"].shape for reading in readings] == [(1, 9), (2, 9)]
    assert readings[1].embeddings.shape == (2, 32)
    graph = onnx.load(tmp_path / "m" / MODEL_FILE).graph
    assert [each.name for each in graph.input] == ["input_ids", "mention_mask"]
    fused = [node.op_type for node in graph.node if node.op_type.endswith("Attention")]
    assert fused == ["MultiHeadAttention"] * 2


def _ignore(step: Step) -> None:
    """Training tells of each step; these tests do not look."""


def test_an_epoch_shows_every_mention_once_in_batches_within_the_budget(
    base: Path, data: Path
) -> None:
    tokenizer = load_tokenizer(base)
    batches = epoch(_lessons(data), tokenizer, RECIPE, np.random.default_rng(0))
    assert all(batch.ids.size <= RECIPE.tokens for batch in batches)
    mentions = sum(int((batch.labels[..., 0] != UNKNOWN).sum()) for batch in batches)
    assert mentions >= 40


def test_mentions_of_which_nothing_is_known_do_not_count_towards_the_loss() -> None:
    logits, nobody = torch.randn(1, 2, LABEL_COUNT), torch.zeros(1, 2, LABEL_COUNT)
    labels = torch.tensor([[[0] * len(HEADS), [UNKNOWN] * len(HEADS)]])
    alone = mention_loss(logits[:, :1], labels[:, :1], nobody[:, :1], 0.0, 0.5)
    torch.testing.assert_close(mention_loss(logits, labels, nobody, 0.0, 0.5), alone)


def test_teachers_stand_for_labels_that_nobody_knows_and_count_beside_known_ones() -> None:
    logits, unknown = torch.randn(1, 1, LABEL_COUNT), torch.full((1, 1, len(HEADS)), UNKNOWN)
    sure = torch.cat([torch.eye(len(labels))[0] for labels in HEADS.values()])[None, None]
    first = torch.zeros_like(unknown)
    known = mention_loss(logits, first, torch.zeros_like(sure), 0.0, 0.5)
    torch.testing.assert_close(mention_loss(logits, unknown, sure, 0.0, 0.5), known)
    last = torch.cat([torch.eye(len(labels))[-1] for labels in HEADS.values()])[None, None]
    theirs = mention_loss(logits, unknown, last, 0.0, 0.2)
    both = mention_loss(logits, first, last, 0.0, 0.2)
    torch.testing.assert_close(both, 0.8 * known + 0.2 * theirs)


def test_a_mention_is_drawn_to_its_vector_and_its_theme() -> None:
    east, north = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
    found = torch.stack([east, east, north, north])[:, None]
    vectors = torch.stack([east, north, torch.zeros(2), torch.zeros(2)])[:, None]
    torch.testing.assert_close(vector_loss(found, vectors), torch.tensor(0.5))
    kept_apart = theme_loss(found, torch.tensor([[0], [0], [1], [1]]), 0.1)
    mixed_up = theme_loss(found, torch.tensor([[0], [1], [0], [1]]), 0.1)
    assert kept_apart < 0.01 < mixed_up
    assert theme_loss(found, torch.tensor([[0], [NO_THEME], [1], [NO_THEME]]), 0.1) == 0


def test_mentions_of_one_theme_have_its_number_and_others_stand_alone(tmp_path: Path) -> None:
    path = tmp_path / "themes.jsonl"
    rows = [
        ("queue", "a"),
        ("queue", "a"),
        ("other", "a"),
        ("other", "a"),
        ("queue", "b"),
        ("", ""),
    ]
    path.write_text(
        "".join(
            f'{{"text": "x", "stage": "usage", "theme": "{theme}", "cell": "{cell}"}}\n'
            for theme, cell in rows
        )
    )
    assert [lesson.theme for lesson in _lessons(path)] == [0, 0, 1, 2, 3, NO_THEME]


def test_joined_lessons_keep_every_mention_with_what_is_known_of_it(data: Path) -> None:
    lessons = _lessons(data)
    joined = join(lessons, 1.0, np.random.default_rng(0))
    assert len(joined) < len(lessons)
    found = sorted(
        (lesson.example.text[start:end], *labels.tolist())
        for lesson in joined
        for (start, end), labels in zip(lesson.example.spans, lesson.labels, strict=True)
    )
    assert found == sorted((one.example.text, *one.labels[0].tolist()) for one in lessons)


def test_a_student_learns_from_teachers_whose_answers_are_kept(
    base: Path, data: Path, tmp_path: Path
) -> None:
    teacher, outputs = (
        tmp_path / "teacher",
        Outputs(tmp_path / "t.pt", weights=tmp_path / "teacher"),
    )
    languages = ["EN", "en-US"]
    train_model(Files([data], languages=languages), base, outputs, RECIPE, IDENTITY, _ignore)
    assert verify(teacher).languages == ["en"]
    files = Files([data], unlabelled=[data], teachers=[teacher])
    kept = tmp_path / "run"
    student = Outputs(kept / "s.pt", out=tmp_path / "student")
    recipe = dataclasses.replace(RECIPE, epochs=1)
    train_model(files, base, student, recipe, IDENTITY, _ignore)
    first = {file.name: file.stat().st_mtime_ns for file in kept.glob("*.npy")}
    train_model(files, base, student, recipe, IDENTITY, _ignore)
    assert first == {file.name: file.stat().st_mtime_ns for file in kept.glob("*.npy")}
    assert len(first) == 4  # of the teacher and of the base, on each of the two sets
    french = dataclasses.replace(files, languages=["fr"])
    with pytest.raises(DataError, match=r"no mentions for the teacher .* in en; check the column"):
        make_curriculum(french, base, recipe, kept)


def test_a_teacher_knows_its_languages_however_they_are_written(
    base: Path, data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "teacher"
    recipe = dataclasses.replace(RECIPE, epochs=1, placing=0.0)
    outputs = Outputs(tmp_path / "t.pt", weights=folder)
    train_model(Files([data]), base, outputs, recipe, IDENTITY, _ignore)
    write_manifest(folder, dataclasses.replace(load_manifest(folder), languages=["en-US"]))
    examples = [e for e in read_examples(data) if e.language in ("en", "de")]
    asked = ask_teachers([folder], [examples], tmp_path).any(axis=1)
    assert asked.tolist() == [e.language == "en" for e in examples]


def test_each_kind_of_file_is_used_in_its_passes(base: Path, data: Path, tmp_path: Path) -> None:
    """First ones once, unlabelled ones without labels, others in every pass; of one language."""
    recipe = dataclasses.replace(RECIPE, first_rows=3, unlabelled_rows=5, placing=0.0)
    files = Files([data], first=[data], unlabelled=[data])
    curriculum = make_curriculum(files, base, recipe, tmp_path)
    assert [len(lessons) for lessons in curriculum.passes] == [3, 45, 45]
    unlabelled = [(lesson.labels == UNKNOWN).all() for lesson in curriculum.passes[1]]
    assert sum(unlabelled) == 5
    assert [used.rows for used in curriculum.used] == [40, 3, 5]
    french = make_curriculum(dataclasses.replace(files, languages=["FR"]), base, recipe, tmp_path)
    assert {lesson.example.language for lesson in french.passes[0]} == {"fr"}
    with pytest.raises(DataError, match="no rows in tlh"):
        make_curriculum(dataclasses.replace(files, languages=["tlh"]), base, recipe, tmp_path)


def test_an_item_is_learned_as_a_whole_too(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text(
        '{"text": "good, but late", "mentions": [{"quote": "good"}, {"quote": "late"}],'
        ' "primary": {"sentiment": "mixed", "stage": "usage"}}'
    )
    targets = np.zeros((2, LABEL_COUNT), dtype=np.float32)
    (lesson,) = make_lessons(read_examples(path), targets, targets)
    assert lesson.example.spans == [(0, 4), (10, 14), (0, 14)]
    assert lesson.labels[2].tolist() == [UNKNOWN, 4, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]
    assert lesson.targets.shape == (3, LABEL_COUNT)


def test_an_item_of_which_only_the_whole_is_known_is_learned(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text('{"text": "good", "primary": {"stage": "usage"}}')
    nothing = np.zeros((0, LABEL_COUNT), dtype=np.float32)
    (lesson,) = make_lessons(read_examples(path), nothing, nothing)
    assert lesson.example.spans == [(0, 4)]
    assert lesson.labels.tolist() == [[UNKNOWN, 4, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]]


def test_missing_labels_and_missing_bases_are_reported(
    base: Path, data: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "bare.csv"
    bare.write_text("text,stage\nhello,\n")
    with pytest.raises(DataError, match="no labels to learn from"):
        make_curriculum(Files([bare]), base, RECIPE, tmp_path)
    outputs = Outputs(tmp_path / "c.pt", out=tmp_path / "m")
    with pytest.raises(DataError, match=r"not an encoder to start from: it has no config\.json"):
        train_model(Files([data]), tmp_path, outputs, RECIPE, IDENTITY, _ignore)
    long = dataclasses.replace(RECIPE, max_tokens=1024)
    with pytest.raises(DataError, match=r"max_tokens is 1024, but .* reads at most 512"):
        train_model(Files([data]), base, outputs, long, IDENTITY, _ignore)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_base_with_a_missing_file_is_reported_before_anything_is_read(
    base: Path, tmp_path: Path, name: str
) -> None:
    folder = shutil.copytree(base, tmp_path / "base")
    (folder / name).unlink()
    outputs = Outputs(tmp_path / "c.pt", out=tmp_path / "m")
    with pytest.raises(DataError, match="not an encoder to start from"):
        train_model(Files([tmp_path / "no.tsv"]), folder, outputs, RECIPE, IDENTITY, _ignore)
    (folder / name).write_bytes(b"{}")
    with pytest.raises(DataError, match="not an encoder to start from"):
        train_model(Files([write_rows(tmp_path)]), folder, outputs, RECIPE, IDENTITY, _ignore)


def test_a_file_that_is_learned_from_cannot_be_held_out(
    base: Path, data: Path, tmp_path: Path
) -> None:
    outputs, same = Outputs(tmp_path / "c.pt", out=tmp_path / "m"), tmp_path / "same.tsv"
    shutil.copy(data, same)
    other = write_held_out(tmp_path)
    for files in (
        Files([data], held_out=[same]),
        Files([other], first=[data], held_out=[same]),
        Files([other], unlabelled=[data], held_out=[same]),
    ):
        with pytest.raises(DataError, match=r"same\.tsv cannot be held out: this run is trained"):
            train_model(files, base, outputs, RECIPE, IDENTITY, _ignore)
    assert not (tmp_path / "m").exists()


def test_a_folder_that_cannot_be_made_is_reported_before_training(
    base: Path, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    for outputs in (
        Outputs(tmp_path / "c.pt", out=tmp_path / "file"),
        Outputs(tmp_path / "c.pt", weights=tmp_path / "file" / "m"),
        Outputs(tmp_path / "file" / "c.pt", out=tmp_path / "m"),
    ):
        with pytest.raises(DataError, match="cannot be written to"):
            train_model(Files([data]), base, outputs, RECIPE, IDENTITY, _fail)


def test_a_folder_that_cannot_be_written_to_is_reported_before_training(
    base: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make_file(dir: Path) -> AbstractContextManager[None]:
        if dir == tmp_path / "m":
            raise OSError(errno.EROFS, "Read-only file system")
        return nullcontext()

    monkeypatch.setattr("nlp.train.folders.NamedTemporaryFile", make_file)
    outputs = Outputs(tmp_path / "c.pt", out=tmp_path / "m")
    with pytest.raises(DataError, match=r"m cannot be written to: .* Read-only file system"):
        train_model(Files([data]), base, outputs, RECIPE, IDENTITY, _fail)


def _fail(step: Step) -> None:
    raise AssertionError("training has begun")


def test_a_run_is_another_with_another_tokenizer_configuration_or_language(
    base: Path, data: Path, tmp_path: Path
) -> None:
    folder, files = shutil.copytree(base, tmp_path / "base"), Files([data], languages=["en"])
    before = files.fingerprint(folder)
    assert dataclasses.replace(files, languages=["EN"]).fingerprint(folder) == before
    assert dataclasses.replace(files, languages=["de"]).fingerprint(folder) != before
    for name in ("tokenizer.json", "config.json"):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content + b" ")
        assert files.fingerprint(folder) != before
        (folder / name).write_bytes(content)
    assert files.fingerprint(folder) == before


def test_separating_the_largest_channels_changes_no_reading(base: Path) -> None:
    network = build_network(base, 2, 0.0).eval()
    loud, large = 17, 3
    with torch.no_grad():
        for layer in network.layers:
            layer.attention.output.LayerNorm.weight[large] = 30.0
            layer.intermediate.dense.weight[loud] *= 20
            layer.intermediate.dense.bias[loud] = 5.0
    apart = separate_outliers(network, [[0, 7, 8, 9, 2], [0, 30, 2]])
    ids, mentions = torch.tensor([[0, 11, 12, 13, 2]]), torch.tensor([[[0.0, 1, 1, 1, 0]]])
    inputs = (ids, torch.ones_like(ids), mentions)
    for said, expected in zip(apart(*inputs), network(*inputs), strict=True):
        torch.testing.assert_close(said, expected)
    for layer in apart.layers:
        assert layer.output.inward.bias.item() == 5.0
        assert not layer.intermediate.dense.weight[loud].any()
        assert not layer.output.dense.weight[:, loud].any()
        assert large in layer.intermediate.channels
        assert not layer.intermediate.dense.weight[:, large].any()
        assert not layer.intermediate.kept[large]
    assert network.layers[0].intermediate.dense.weight[loud].any()


def test_common_labels_are_held_back_by_their_share(base: Path, data: Path) -> None:
    lessons = _lessons(data)
    network = build_network(base, 1, 0.0)
    adjust_logits(network, lessons, 0.5)
    sentiments = np.concatenate([lesson.labels[:, 0] for lesson in lessons])
    shares = (np.bincount(sentiments, minlength=3) + 1) / (len(sentiments) + 3)
    taken = network.heads.bias[:3].detach().numpy()
    np.testing.assert_allclose(taken, -0.5 * np.log(shares), rtol=1e-5)


def test_settings_change_a_recipe_and_unknown_ones_are_refused() -> None:
    assert with_settings(RECIPE, ["trust=0.3", "epochs=5", "clip=2"]) == dataclasses.replace(
        RECIPE, trust=0.3, epochs=5, clip=2.0
    )
    for wrong in ("speed=1", "trust=much", "trust"):
        with pytest.raises(ValueError, match=r"speed|trust"):
            with_settings(RECIPE, [wrong])


@pytest.mark.parametrize(
    "setting",
    [
        "epochs=0",
        "layers=0",
        "seed=-1",
        "tokens=0",
        "max_tokens=3",
        "warm_up=0",
        "warm_up=1",
        "trust=1.5",
        "joining=-0.1",
        "encoder_rate=-1e-4",
        "theme_temperature=0",
        "clip=1e999",
        "epochs=1e999",
        "epochs=1.9",
        "epochs='3'",
        "seed=True",
        "trust=True",
        "trust='0.3'",
    ],
)
def test_a_setting_that_no_run_can_have_is_refused_by_name(setting: str) -> None:
    with pytest.raises(ValueError, match=setting.partition("=")[0]):
        with_settings(RECIPE, [setting])
