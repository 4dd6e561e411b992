"""The figures of an evaluation as tables in a terminal."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from nlp.evaluate.figures import Figures
from nlp.evaluate.wording import (
    CALIBRATION_COLUMNS,
    SELECTIVE,
    agreement,
    baseline,
    baseline_legend,
    baseline_names,
    calibration,
    figure,
    frequent_languages,
    interval,
    p_value,
    provenance,
    share,
    signed,
)

SHOWN_MISTAKES: Final = 5


def main_tables(figures: Figures) -> Iterator[Group]:
    """The main results, a few tables per file."""
    for name, found in figures["sets"].items():
        yield from _mention_tables(name, found)
        if baseline_names(found["heads"]):
            yield _baseline_table(name, found["heads"])
        yield _item_table(name, found["whole"])
        yield from _language_table(f"{name}, as read", found["whole"]["heads"])
        if mentions := found["whole"]["mentions"]:
            yield _found_table(name, mentions)
        yield from _language_table(f"{name}, as given", found["heads"])
    if themes := figures.get("themes"):
        yield _theme_table(themes)
        yield _cluster_table(themes)
    for name, heads in figures.get("rounding", {}).items():
        if heads:
            yield _rounding_table(name, heads)
    if baselines := baseline_legend(figures["sets"]):
        yield Group(Text(f"Baselines: {baselines}.", "dim"))
    yield Group(Text(f"Thresholds: {SELECTIVE}", "dim"), Text(provenance(figures["model"]), "bold"))


def detail_tables(figures: Figures) -> Iterator[Group]:
    """Labels, confusions and the worst mistakes, head by head."""
    for name, found in figures["sets"].items():
        for head, told in found["heads"].items():
            title = f"{name}: {head}"
            yield _label_table(title, told["labels"])
            yield _confusion_table(title, told["confusion"])
            yield _mistake_table(title, told["mistakes"])


def comparison_tables(figures: Figures) -> Iterator[Group]:
    """Whether the second model is better, two tables per file."""
    for name, found in figures["sets"].items():
        if found["mentions"]:
            title = f"{name}: {found['rows']} mentions, as given"
            yield _comparison_table(title, found["mentions"])
        yield _comparison_table(f"{name}: {found['items']} items, as read", found["whole"])
    for which in ("first", "second"):
        yield Group(Text(f"The {which}. {provenance(figures[which])}", "bold"))


def _mention_tables(name: str, found: Figures) -> Iterator[Group]:
    """The tables on given mentions; none for a file without labelled mentions."""
    heads = found["heads"]
    if not heads:
        return
    rows = [[head, str(told["rows"]), *_scores(told)] for head, told in heads.items()]
    names = ["", "rows", "macro-F1", "95 %", "accuracy", "κ"]
    yield _table(f"{name}: {found['rows']} mentions, as given", names, rows)
    rows = [[head, *calibration(told["calibration"])] for head, told in heads.items()]
    yield _table(f"{name}: probabilities and thresholds", ["", *CALIBRATION_COLUMNS], rows)


def _baseline_table(name: str, heads: Figures) -> Group:
    names = baseline_names(heads)
    rows = [
        [head, figure(found["macro_f1"]), *(baseline(found, name) for name in names)]
        for head, found in heads.items()
    ]
    title = f"{name}: macro-F1 and baselines (after a slash: the model's, on the same rows)"
    return _table(title, ["", "model", *names], rows)


def _item_table(name: str, whole: Figures) -> Group:
    rows = [[head, str(found["rows"]), *_scores(found)] for head, found in whole["heads"].items()]
    title = f"{name}: {whole['items']} items, read as in production"
    return _table(title, ["", "items", "macro-F1", "95 %", "accuracy", "κ"], rows)


def _found_table(name: str, mentions: Figures) -> Group:
    title = (
        f"{name}: {mentions['true']} mentions marked, {mentions['found']} found; precision "
        f"{figure(mentions['precision'])}, recall {figure(mentions['recall'])}, "
        f"F1 {figure(mentions['f1'])}; labels of the {mentions['matched']} matched"
    )
    rows = [[head, *_scores(found)] for head, found in mentions["heads"].items()]
    return _table(title, ["", "macro-F1", "95 %", "accuracy", "κ"], rows)


def _scores(found: Figures) -> list[str]:
    return [
        figure(found["macro_f1"]),
        interval(found["interval"]),
        figure(found["accuracy"]),
        agreement(found),
    ]


def _language_table(title: str, heads: Figures) -> Iterator[Group]:
    rows = [
        [language or "unknown", str(count), *(_in(found, language) for found in heads.values())]
        for language, count in frequent_languages(heads).items()
    ]
    if len(rows) > 1:
        yield _table(f"{title}: macro-F1 by language", ["", "rows", *heads], rows)


def _in(found: Figures, language: str) -> str:
    return figure(found["languages"].get(language, {}).get("macro_f1"))


def _theme_table(themes: Figures) -> Group:
    rows = [
        [
            kind,
            among.replace("_", "-"),
            str(area["pairs"]),
            figure(area["same_cell"]),
            figure(area["other_cells"]),
        ]
        for kind in ("model", "base")
        for among, area in themes.get(kind, {}).items()
    ]
    title = f"{themes['file']}: pairs of one theme against other pairs (ROC-AUC of the cosine)"
    return _table(
        title, ["", "among", "pairs", "against the same cell", "against other cells"], rows
    )


def _cluster_table(themes: Figures) -> Group:
    clusters = themes["clusters"]
    rows = [
        [when, *(figure(found[name]) for name in ("precision", "recall", "f1"))]
        for when, found in (("all at once", clusters), ("half arrive later", clusters["arrival"]))
    ]
    title = (
        f"{themes['file']}: {clusters['clusters']} groups with {share(clusters['grouped'])} of the "
        f"mentions (precision {figure(clusters['grouped_precision'])}), near-duplicates "
        f"{share(clusters['near_duplicates'])}; {clusters['themes']} true themes; B-cubed"
    )
    return _table(title, ["", "precision", "recall", "F1"], rows)


def _rounding_table(name: str, heads: Figures) -> Group:
    rows = [
        [head, figure(found["served"]), figure(found["exact"]), share(found["differ"])]
        for head, found in heads.items()
    ]
    return _table(f"{name}: what 8 bits cost", ["", "8 bits", "unquantised", "labels differ"], rows)


def _label_table(title: str, labels: Figures) -> Group:
    rows = [
        [label, str(f["rows"]), *(figure(f[name]) for name in ("precision", "recall", "f1"))]
        for label, f in labels.items()
    ]
    return _table(f"{title}, by label", ["", "rows", "precision", "recall", "F1"], rows)


def _confusion_table(title: str, confusion: Figures) -> Group:
    """Columns are numbered like the rows, so that eighteen of them fit."""
    labels, counts = confusion["labels"], confusion["counts"]
    numbers = labels if max(map(len, labels)) == 1 else [str(n) for n in range(1, len(labels) + 1)]
    rows = [
        [number if number == label else f"{number} {label}", *(str(n) if n else "·" for n in row)]
        for number, label, row in zip(numbers, labels, counts, strict=True)
    ]
    return _table(f"{title}, true (down) and predicted (across)", ["", *numbers], rows)


def _mistake_table(title: str, mistakes: Sequence[Figures]) -> Group:
    rows = [
        [f"{m['probability']:.2f}", m["truth"], m["reading"], escape(m["text"])]
        for m in mistakes[:SHOWN_MISTAKES]
    ]
    return _table(f"{title}, most confident mistakes", ["p", "true", "predicted", "text"], rows)


def _comparison_table(title: str, heads: Figures) -> Group:
    rows = [_comparison_row(head, found) for head, found in heads.items()]
    names = ["", "first", "second", "gain", "95 %", "p", "only", "p", "verdict"]
    return _table(f"{title}: macro-F1, and rows that only one model gets right", names, rows)


def _comparison_row(head: str, found: Figures) -> list[str]:
    macro, right = found["macro_f1"], found["accuracy"]
    return [
        head,
        figure(macro["first"]),
        figure(macro["second"]),
        signed(macro["difference"]),
        " to ".join(map(signed, macro["interval"])),
        p_value(macro["p_corrected"]),
        f"{right['only_first_right']} : {right['only_second_right']}",
        p_value(right["p_corrected"]),
        found["verdict"],
    ]


def _table(title: str, names: Sequence[str], rows: Iterable[Sequence[str]]) -> Group:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for name in names:
        is_text = name in ("", "true", "predicted", "text", "95 %", "verdict")
        table.add_column(name, justify="left" if is_text else "right", no_wrap=name == "")
    for row in rows:
        table.add_row(*row)
    return Group(Text(title, "bold"), table)
