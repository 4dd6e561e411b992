"""Mentions about the same thing are grouped, described in words, and measured honestly."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from nlp.arrays import Float32, Int64
from nlp.artefact import BUNDLED
from nlp.evaluate.answers import answer
from nlp.evaluate.clusters import Groupings, b_cubed, cluster_figures, near_duplicates
from nlp.labelled.examples import read_themes
from nlp.labelled.records import DataError
from nlp.loading import open_model
from nlp.manifest import MANIFEST_FILE, THEMES_FILE, ArtefactError, load_manifest
from nlp.themes import (
    MAX_MENTIONS,
    Limits,
    centroid,
    describe,
    find_clusters,
    load_projection,
)
from nlp.themes.clusters import MIN_GROUP_SIZE
from nlp.themes.projection import DEFAULT_LIMITS
from nlp.train.themes import PRECISION, fit
from service.cli import app

FLOOR = Path(__file__).parent / "themes_floor.jsonl"
LIMITS = Limits(cut=0.6, join=0.7, merge=0.8)
WIDTH = 32


def unit(rows: Float32) -> Float32:
    found: Float32 = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return found


def around(*directions: int, count: int = 8, noise: float = 0.05, seed: int = 0) -> Float32:
    """``count`` rows around each of these axes."""
    rows = np.eye(WIDTH)[np.repeat(directions, count)]
    spread = np.random.default_rng(seed).normal(size=rows.shape) * noise
    return unit((rows + spread).astype(np.float32))


def vectors_of_cells(
    cells: int = 12, themes: int = 5, mentions: int = 8
) -> tuple[Float32, Groupings]:
    """Themes differ in the first eight dimensions; in the others every mention goes its own way."""
    rng = np.random.default_rng(5)
    count = cells * themes * mentions
    theme = np.repeat(np.arange(cells * themes), mentions)
    rows = rng.normal(size=(count, WIDTH))
    rows[:, :8] = rng.normal(size=(cells * themes, 8))[theme] + rng.normal(size=(count, 8)) * 0.3
    return unit(rows.astype(np.float32)), Groupings(theme // themes, theme)


def cells_of(sizes: list[list[int]]) -> tuple[Float32, Groupings]:
    """Cells of themes with that many mentions each, an axis a theme."""
    themes = [count for cell in sizes for count in cell]
    rows = [around(number, count=count, seed=number) for number, count in enumerate(themes)]
    cells = np.repeat(np.arange(len(sizes)), [sum(cell) for cell in sizes])
    return np.concatenate(rows), Groupings(cells, np.repeat(np.arange(len(themes)), themes))


def test_groups_are_found_whatever_the_order() -> None:
    vectors = np.concatenate([around(0, count=9), around(1, 2, count=6)])
    labels = find_clusters(vectors, LIMITS)
    assert labels.tolist() == [0] * 9 + [1] * 6 + [2] * 6
    order = np.random.default_rng(1).permutation(len(vectors))
    shuffled = find_clusters(vectors[order], LIMITS)
    assert b_cubed(labels[order], shuffled) == (1.0, 1.0)


def test_what_is_small_or_far_is_in_no_group() -> None:
    vectors = np.concatenate(
        [around(0, count=9), around(1, count=MIN_GROUP_SIZE - 1), around(2, count=1)]
    )
    labels = find_clusters(vectors, LIMITS)
    assert labels.tolist() == [0] * 9 + [-1] * MIN_GROUP_SIZE
    assert find_clusters(vectors, LIMITS, min_size=2).max() == 1


def test_two_ways_of_saying_one_thing_are_one_group() -> None:
    one, other = around(0, noise=0.01), around(1, noise=0.01)
    near = unit(np.concatenate([one, one + other]))
    apart = replace(LIMITS, cut=0.95, merge=0.99)
    assert find_clusters(near, apart).max() == 1
    assert find_clusters(near, replace(apart, merge=0.6)).max() == 0


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_vectors_are_no_group(count: int) -> None:
    assert find_clusters(around(0, count=8)[:count], LIMITS).tolist() == [-1] * count


def test_more_than_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="more than"):
        find_clusters(np.ones((MAX_MENTIONS + 1, 1), dtype=np.float32), LIMITS)


def test_b_cubed_is_that_of_the_paper() -> None:
    """Amigó et al. 2009, section 3: by hand, one cluster of two and one, and a lonely one."""
    score = b_cubed(np.array([0, 0, 1, 1]), np.array([5, 5, 5, -1]))
    assert score.precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert score.recall == pytest.approx((1 + 1 + 1 / 2 + 1 / 2) / 4)
    assert score.f1 == pytest.approx(2 * (2 / 3) * (3 / 4) / (2 / 3 + 3 / 4))


def test_a_second_group_of_a_theme_is_a_near_duplicate() -> None:
    themes: Int64 = np.array([0, 0, 0, 0, 1, 1])
    assert near_duplicates(themes, np.array([0, 0, 1, 1, 2, 2])) == pytest.approx(1 / 3)
    assert near_duplicates(themes, np.array([-1] * 6)) == 0


def test_the_projection_learns_to_separate_themes() -> None:
    vectors, groupings = vectors_of_cells()
    fitted = fit(vectors, groupings)
    assert fitted.cells == 12
    assert fitted.groups.precision >= PRECISION
    assert fitted.groups.f1 > 0.8
    assert fitted.arrivals.precision >= PRECISION
    weights = fitted.projection.weights
    assert weights is not None
    lengths = np.linalg.norm(weights, axis=1)
    assert lengths[:8].min() > 2 * lengths[8:].max()


def test_the_same_data_give_the_same_file(tmp_path: Path) -> None:
    vectors, groupings = vectors_of_cells(cells=6)
    for name in ("a.npz", "b.npz"):
        fit(vectors, groupings).projection.save(tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


@pytest.mark.parametrize("sizes", [[[8, 8, 8, 8, 8, 8]], [[2] * 6, [9, 1], [12], [1, 1]]])
def test_fewer_than_two_cells_with_themes_are_refused(sizes: list[list[int]]) -> None:
    """``sizes`` has the mentions of each theme of each cell."""
    with pytest.raises(DataError, match="at least two cells are needed that have two themes"):
        fit(*cells_of(sizes))


@pytest.mark.parametrize(
    "sizes",
    [
        [[2, 2], [2, 2]],
        [[2, 2], [1, 1], [5], [3, 1], [2, 2]],
        [[8, 8, 8, 8, 8], [1], [1], [1], [2, 2], [1]],
    ],
)
def test_two_cells_with_themes_are_enough_wherever_they_are(sizes: list[list[int]]) -> None:
    fitted = fit(*cells_of(sizes))
    assert fitted.cells == len(sizes)
    weights = fitted.projection.weights
    assert weights is not None
    assert np.isfinite(weights).all()


def test_mentions_that_are_all_worded_alike_are_no_obstacle() -> None:
    _, groupings = cells_of([[3, 3], [3, 3]])
    assert fit(np.eye(WIDTH, dtype=np.float32)[groupings.themes], groupings).cells == 2


def artefact(folder: Path) -> Path:
    for path in BUNDLED.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    return folder


def test_a_model_without_themes_compares_vectors_as_they_are(tmp_path: Path) -> None:
    manifest = json.loads((BUNDLED / MANIFEST_FILE).read_text())
    manifest["files"].pop(THEMES_FILE)
    (tmp_path / MANIFEST_FILE).write_text(json.dumps(manifest))
    projection = load_projection(tmp_path)
    assert projection.limits == DEFAULT_LIMITS
    assert (projection.apply(around(0)) == around(0)).all()


@pytest.mark.model
def test_a_changed_projection_is_refused(tmp_path: Path) -> None:
    with (artefact(tmp_path) / THEMES_FILE).open("ab") as file:
        file.write(b" ")
    with pytest.raises(ArtefactError, match=r"themes\.npz"):
        load_projection(tmp_path)


@pytest.mark.model
def test_the_bundled_projection_gives_unit_rows() -> None:
    projection = load_projection(BUNDLED)
    rows = np.random.default_rng(0).normal(size=(3, load_manifest(BUNDLED).width))
    placed = projection.apply(unit(rows.astype(np.float32)))
    assert placed.dtype == np.float32
    assert np.linalg.norm(placed, axis=1) == pytest.approx(1)
    assert projection.apply(np.zeros((0, 0), np.float32)).shape == (0, 0)


@pytest.mark.model
def test_the_bundled_model_groups_themes_it_has_not_met_above_a_floor() -> None:
    examples, model = read_themes(FLOOR), open_model(BUNDLED)
    vectors = answer(model, examples).embeddings.astype(np.float32)
    found = cluster_figures(examples, vectors, load_projection(BUNDLED))
    assert found["precision"] >= 0.65
    assert found["f1"] >= 0.42


@pytest.mark.model
def test_the_command_teaches_a_model(tmp_path: Path) -> None:
    folder = artefact(tmp_path)
    done = CliRunner().invoke(app, ["fit-themes", str(folder), "--data", str(FLOOR)])
    assert done.exit_code == 0, done.output
    assert "B-cubed on 4 held-out cells" in " ".join(done.output.split())
    [file] = load_manifest(folder).theme_data
    assert (file.name, file.rows) == (FLOOR.name, 224)
    assert load_projection(folder).weights is not None


TEXTS = [
    "The courier left the parcel in the rain and everything inside was soaked through. Twice!",
    "parcel soaked, left in the rain...",
    "My parcel was standing in the rain",
    "Das Paket stand im Regen",
]
LANGUAGES = ["en", "en", "en", "de"]


def test_the_title_is_the_most_central_short_verbatim() -> None:
    vectors = around(0, count=4, noise=0.01)
    found = describe(TEXTS, LANGUAGES, vectors, "en", ["The driver was rude", "Came a week late"])
    assert found.title in {"Parcel soaked, left in the rain", "My parcel was standing in the rain"}
    assert set(found.keywords[:2]) == {"parcel", "rain"}
    assert describe(TEXTS, LANGUAGES, vectors, "de").title == "Das Paket stand im Regen"
    assert describe(TEXTS, LANGUAGES, vectors, "fr").title  # nobody speaks it: any language will do


@pytest.mark.parametrize(
    ("texts", "language", "keyword"),
    [
        (["运费太贵了", "运费比商品还贵", "邮费和运费都太高"], "zh", "运费"),
        (["送料が高すぎます", "配送料が高いと思う", "送料が商品より高い"], "ja", "送料"),
        (["ค่าส่งแพงมาก", "ค่าส่งแพงเกินไป", "แพงค่าส่ง"], "th", "ค่าส่ง"),
    ],
)
def test_scripts_without_spaces_have_keywords(
    texts: list[str], language: str, keyword: str
) -> None:
    found = describe(texts, [language] * 3, around(0, count=3), language, ["色が違う", "颜色不对"])
    assert found.keywords[0] == keyword
    assert found.title in texts


def test_without_other_mentions_to_stand_out_from_there_are_keywords() -> None:
    texts = ["The card was declined", "My card got declined", "Card declined again"]
    found = describe(texts, ["en"] * 3, around(0, count=3), "en")
    assert {"card", "declined"} <= set(" ".join(found.keywords).split())


@pytest.mark.parametrize(
    "text", ["word " * 60, "送料が高すぎます" * 20, "!!!", "😡", "x" * 300, '"Never again"']
)
def test_a_title_fits_and_is_never_cut_inside_a_word(text: str) -> None:
    title = describe([text], ["en"], around(0, count=1), "en").title
    assert 0 < len(title) <= 80
    if text.startswith("word"):
        assert set(title.lower().removesuffix("…").split()) == {"word"}
    if "Never" in text:
        assert title == "Never again"


def test_the_middle_of_a_group_has_length_one() -> None:
    assert np.linalg.norm(centroid(around(0, 1))) == pytest.approx(1)
