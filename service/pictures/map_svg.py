"""The journey map as a self-contained SVG picture, to send, print or paste. Pure."""

from collections.abc import Callable, Sequence
from typing import Final

from service.insights.map_schemas import JourneyMapOut, KpiTargetOut, StageOut, ThemeOut
from service.pictures import formatting
from service.pictures.board import COLUMN_WIDTH, CURVE_HEIGHT, Board, Square, lay_out
from service.pictures.svg import Sheet, fitted, shape_in, width_of

SIDE, MARGIN, PAD = 150, 24, 8
MIN_COLUMNS: Final = 3
"""The width that the legend needs."""
TOP: Final = 62
HEADER: Final = 34
"""The height of the stages' names, if each fits in one line."""
LINE: Final = 15
ROW: Final = 36
FOOT: Final = 74
SMALL: Final = 11
HEADING: Final = 12
NAME: Final = 14
BOLD: Final = 1.2
"""How much wider bold type may be than the estimate for regular type."""
MAX_ABOUT_LINES: Final = 6
"""The maximum number of lines for period and filters."""
INK, SOFT, RULE, SHADE = "#17202b", "#55606e", "#dde2e8", "#eef1f4"
TONES: Final = {
    "n3": ("#a64b00", "#ffffff"),
    "n2": ("#f0a04b", "#231400"),
    "n1": ("#fde3c4", "#3b2200"),
    "z": ("#e9ebef", "#222b36"),
    "none": ("#e9ebef", "#222b36"),
    "p1": ("#d5e7f4", "#0a2a42"),
    "p2": ("#74b3dc", "#04192a"),
    "p3": ("#1f5f99", "#ffffff"),
}
"""Background and text colour by tone, with a contrast of at least 4.5 (WCAG 2.2 AA)."""
FEW: Final = ("#ffffff", INK)
"""Background and text colour of a stage with too little feedback to judge."""
SOLID: Final[dict[str, str | float]] = {"stroke": "#ffffff", "stroke_width": 3}
DASHED: Final[dict[str, str | float]] = {"stroke": SOFT, "stroke_dasharray": "3 3"}
LEGEND: Final = (
    ("n3", -65),
    ("n2", -35),
    ("n1", -10),
    ("z", 0),
    ("p1", 10),
    ("p2", 35),
    ("p3", 65),
)

SIGNS: Final = (
    "blind spot, or dashed: too little feedback to judge · ★ moment of truth: key driver · "
    "circle, number: feedback items"
)

Lane = tuple[str, Callable[[StageOut], list[str]], int]


def draw_svg(map_: JourneyMapOut, about: str = "") -> str:
    """The map as an SVG document; ``about`` describes its period and filters.

    Stages are columns, touchpoints rows; each cell shows its net sentiment as colour and number,
    and its items as circle and number. Cells with too little feedback are hatched.
    """
    board = lay_out(map_)
    inner = SIDE + COLUMN_WIDTH * max(MIN_COLUMNS, len(board.stages))
    width = 2 * MARGIN + inner
    subtitle, signs = _subtitle(map_, about, inner), fitted(SIGNS, inner - 38, SMALL, 3)
    top = TOP + len(subtitle) * LINE
    names, lanes = [_name(stage) for stage in board.stages], _lanes(board)
    header = HEADER + LINE * (max(map(len, names), default=1) - 1)
    lanes_height = sum(_height(count) for _, _, count in lanes)
    foot = FOOT + len(signs) * LINE
    height = top + header + CURVE_HEIGHT + lanes_height + ROW * len(board.rows) + foot
    sheet = Sheet(width, height, f"Journey map. {about}".strip(), _description(board))
    _hatching(sheet)
    _heading(sheet, subtitle)
    y = _stages(sheet, names, top, header)
    y = _curve(sheet, board, y)
    for lane in lanes:
        y = _lane(sheet, board, lane, y)
    for row in board.rows:
        _label(sheet, row.touchpoint.name, y, ROW)
        for index, square in enumerate(row.squares):
            _square(sheet, square, _x(index), y)
        y += ROW
    _legend(sheet, signs, y + 22)
    return str(sheet)


def _x(column: int) -> float:
    return MARGIN + SIDE + COLUMN_WIDTH * column


def _height(lines: int) -> int:
    return lines * LINE + 2 * PAD


def _lanes(board: Board) -> list[Lane]:
    """The rows of text, each with the maximum number of lines that a stage needs."""
    lanes: list[tuple[str, Callable[[StageOut], list[str]]]] = [
        ("Owner", _owner),
        ("Customer's goals", lambda stage: _each(stage.goals[:2], most=2)),
        ("KPIs", _kpis),
        ("Top pains", lambda stage: _themes(stage.pains) or _worst(board, stage)),
        ("Top wins", lambda stage: _themes(stage.wins)),
    ]
    counted = [(n, f, max((len(f(stage)) for stage in board.stages), default=0)) for n, f in lanes]
    return [lane for lane in counted if lane[2]]


def _each(texts: Sequence[str], most: int = 1) -> list[str]:
    return [line for text in texts for line in fitted(text, COLUMN_WIDTH - 2 * PAD, SMALL, most)]


def _owner(stage: StageOut) -> list[str]:
    return _each([", ".join(filter(None, (stage.department, stage.owner)))], most=2)


def _kpis(stage: StageOut) -> list[str]:
    told = [formatting.counted(stage.items, "item") if stage.items else "no feedback"]
    if stage.mentions:
        told.append(f"{formatting.percent(stage.negative_share)} negative")
    told += [
        f"{formatting.scale(name)} {formatting.kpi_value(name, kpi.value)} "
        f"(n {formatting.count(kpi.n)})"
        for name, kpi in formatting.most_rated(stage.kpis, 2)
    ]
    return _each([*told, *([_target(stage.kpi)] if stage.kpi else [])], most=2)


def _target(kpi: KpiTargetOut) -> str:
    value, target = (formatting.kpi_value(kpi.name, each) for each in (kpi.value, kpi.target))
    outcome = {None: "", True: " reached", False: " missed"}[kpi.reached]
    return f"{formatting.scale(kpi.name)} {value}, target {target}{outcome}"


def _themes(themes: Sequence[ThemeOut]) -> list[str]:
    return _each([theme.title for theme in themes], most=2)


def _worst(board: Board, stage: StageOut) -> list[str]:
    return _each([square.touchpoint.name for square in board.worst_of(stage)])


def _description(board: Board) -> str:
    return f"Net sentiment by stage: {', '.join(map(_stage_in_words, board.stages))}."


def _stage_in_words(stage: StageOut) -> str:
    few = " (too few to judge)" if stage.mentions and stage.small else ""
    return f"{stage.name} {formatting.net(stage.net_sentiment)}{few}"


def _hatching(sheet: Sheet) -> None:
    pattern = sheet.shape(
        "pattern",
        id="blind",
        width=8,
        height=8,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    for wide, colour in ((8, "#ffffff"), (3, "#e3e7ec")):
        shape_in(pattern, "rect", width=wide, height=8, fill=colour)


def _subtitle(map_: JourneyMapOut, about: str, width: float) -> list[str]:
    """Period and filters of the map, and how much of it is analysed, in lines."""
    before = f"received before {formatting.date_time(map_.as_of)}"
    analysed, pending = formatting.count(map_.coverage.analysed), formatting.count(map_.pending)
    read = f"{before} · {analysed} analysed, {pending} pending"
    return [*fitted(about, width, HEADING, MAX_ABOUT_LINES), *fitted(read, width, HEADING, 2)]


def _heading(sheet: Sheet, subtitle: list[str]) -> None:
    sheet.text(MARGIN, 40, "Journey map", 22, fill=INK, font_weight="700")
    for index, line in enumerate(subtitle):
        sheet.text(MARGIN, 60 + index * LINE, line, HEADING, fill=SOFT)


def _name(stage: StageOut) -> list[str]:
    """A stage's name in at most two lines, and its star even if the name is truncated."""
    star = " ★" if stage.moment_of_truth else ""
    width = COLUMN_WIDTH - 2 * PAD - width_of(star, NAME * BOLD)
    *lines, last = fitted(stage.name, width, NAME * BOLD, 2) or [""]
    return [*lines, last + star]


def _stages(sheet: Sheet, names: Sequence[list[str]], y: float, height: float) -> float:
    width = SIDE + COLUMN_WIDTH * len(names)
    sheet.shape("rect", x=MARGIN, y=y, width=width, height=height, fill=SHADE)
    for index, name in enumerate(names):
        sheet.lines(_x(index) + PAD, y + 22, name, NAME, fill=INK, font_weight="700")
    return y + height


def _curve(sheet: Sheet, board: Board, y: float) -> float:
    _label(sheet, "How it feels", y, CURVE_HEIGHT)
    left, right, middle = _x(0), _x(len(board.stages)), y + board.curve_middle
    sheet.shape(
        "line", x1=left, x2=right, y1=middle, y2=middle, stroke=RULE, stroke_dasharray="4 4"
    )
    dots = [(left + dot.x, y + dot.y, dot.stage) for dot in board.curve]
    points = " ".join(f"{x:g},{at:g}" for x, at, _ in dots)
    sheet.shape("polyline", points=points, fill="none", stroke=SOFT, stroke_width=2.5)
    for x, at, stage in dots:
        ground, ink = FEW if stage.small else TONES[formatting.tone(stage.net_sentiment)]
        edge = DASHED if stage.small else SOLID
        sheet.shape("circle", cx=x, cy=at, r=21, fill=ground, **edge)
        value, weight = formatting.net(stage.net_sentiment), "400" if stage.small else "700"
        sheet.text(x, at + 5, value, 13, fill=ink, text_anchor="middle", font_weight=weight)
    return y + CURVE_HEIGHT


def _lane(sheet: Sheet, board: Board, lane: Lane, y: float) -> float:
    name, lines_of, count = lane
    _label(sheet, name, y, _height(count))
    for index, stage in enumerate(board.stages):
        sheet.lines(_x(index) + PAD, y + PAD + SMALL, lines_of(stage), SMALL, fill=INK)
    return y + _height(count)


def _label(sheet: Sheet, name: str, y: float, height: float) -> None:
    """The heading of a row, and the line above it."""
    right = sheet.root.get("width", "0")
    sheet.shape("line", x1=MARGIN, x2=float(right) - MARGIN, y1=y, y2=y, stroke=RULE)
    lines = fitted(name, SIDE - PAD, 12 * BOLD, 2)
    first = y + height / 2 + 4 - (len(lines) - 1) * 8
    sheet.lines(MARGIN, first, lines, 12, fill=INK, font_weight="600")


def _square(sheet: Sheet, square: Square, x: float, y: float) -> None:
    box: dict[str, str | float] = {
        "x": x + 2,
        "y": y + 2,
        "width": COLUMN_WIDTH - 4,
        "height": ROW - 4,
        "rx": 6,
    }
    cell = square.cell
    if cell is None or cell.small:
        sheet.shape("rect", **box, fill="url(#blind)")
    if cell is None:
        return
    ground, ink = ("none", INK) if cell.small else TONES[formatting.tone(cell.net_sentiment)]
    middle = y + ROW / 2
    if cell.small:
        box |= DASHED
    sheet.shape("rect", **box, fill=ground)
    sheet.shape("circle", cx=x + 20, cy=middle, r=square.radius, fill=ink, fill_opacity=0.5)
    value = formatting.net(cell.net_sentiment) + (" ★" if cell.moment_of_truth else "")
    sheet.text(x + 40, middle + 5, value, 14, fill=ink, font_weight="400" if cell.small else "700")
    items = formatting.count(cell.items)
    sheet.text(x + COLUMN_WIDTH - 12, middle + 4, items, SMALL, fill=ink, text_anchor="end")


def _legend(sheet: Sheet, signs: list[str], y: float) -> None:
    sheet.text(MARGIN, y + 14, "Net sentiment", SMALL, fill=SOFT)
    for index, (tone, value) in enumerate(LEGEND):
        ground, ink = TONES[tone]
        x = MARGIN + 88 + 42 * index
        sheet.shape("rect", x=x, y=y, width=42, height=20, fill=ground)
        middle = x + 21
        sheet.text(middle, y + 14, formatting.signed(value), SMALL, fill=ink, text_anchor="middle")
    x = MARGIN + 88 + 42 * len(LEGEND) + 12
    sheet.text(x, y + 14, "% positive − % negative mentions", SMALL, fill=SOFT)
    y += 28
    box = {"x": MARGIN, "y": y, "width": 30, "height": 20, "rx": 4}
    sheet.shape("rect", **box, fill="url(#blind)", stroke=RULE)
    sheet.lines(MARGIN + 38, y + 14, signs, SMALL, fill=SOFT)
