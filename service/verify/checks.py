"""Recompute all roll-ups on one snapshot and compare them with the stored ones, row by row."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Table, func
from sqlmodel import Session, col, select

from models.feedback import Feedback
from models.mention import Mention
from models.pain_point import PainPoint
from models.tables import ROLLUP, ROLLUP_ITEM, ROLLUP_PAIN
from models.workspace import Workspace
from service.db import Database
from service.journey.native import native_of
from service.rollups.apply import SPAN_TABLES, Delta
from service.rollups.counters import Key
from service.rollups.declared import declared_in
from service.rollups.spans import VIEWS
from service.verify.invariants import INVARIANTS
from service.verify.source import Item, items
from service.verify.span_sums import SpanRows, SpanSums

MAX_FINDINGS: Final = 100
ORPHANS: Final = "mentions_belong_to_feedback"
STRAYS: Final = "mentions_fit_their_pain_point"
TABLES: Final = (ROLLUP, ROLLUP_ITEM, ROLLUP_PAIN)
CHECKS: Final = (
    *(f"{table.name}_equals_the_truth" for table in (*TABLES, *SPAN_TABLES)),
    ORPHANS,
    STRAYS,
    *(check.__name__ for check in INVARIANTS),
)


NativeKey = tuple[str, ...]
"""(stage, touchpoint, sentiment), with the native stage and touchpoint."""


class Finding(NamedTuple):
    """One difference: which check, in which workspace, about what, and what is wrong."""

    check: str
    workspace_id: UUID
    subject: str
    fault: str


@dataclass(slots=True)
class Report:
    """How much was checked, how often each check failed, and the first failures."""

    workspaces: int = 0
    items: int = 0
    mentions: int = 0
    rows: int = 0
    failures: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(CHECKS, 0)))
    findings: list[Finding] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.failures.total()

    def add(self, finding: Finding) -> None:
        """Count a failure, and keep it if it is among the first ``MAX_FINDINGS``."""
        self.failures[finding.check] += 1
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(finding)


def verify(database: Database) -> Report:
    """Check all workspaces; the service can keep running."""
    report = Report()
    with database.read() as session:
        for workspace_id in session.exec(select(Workspace.id).order_by(col(Workspace.id))).all():
            report.workspaces += 1
            _verify_workspace(session, workspace_id, report)
    return report


def _verify_workspace(session: Session, workspace_id: UUID, report: Report) -> None:
    dates: set[dt.date] = set()
    spans = _Spans(session, workspace_id, report)
    keys = _native_keys(session, workspace_id)
    declared = {workspace_id: declared_in(session, workspace_id)}
    for date, of_day in groupby(items(session, workspace_id), _date):
        dates.add(date)
        spans.compare(date)
        sums = Delta()
        for item in of_day:
            _inspect(item, report)
            _find_strays(item, keys, report)
            sums.add(item.row, item.mentions)
        _compare_day(session, workspace_id, date, sums, report)
        spans.sums.add(sums.by_segment(declared))
    if orphans := _orphans(session, workspace_id):
        report.add(Finding(ORPHANS, workspace_id, "mentions", f"{orphans} without feedback"))
    spans.compare()
    spans.report_unexpected()
    for date in sorted(_dates(session, workspace_id) - dates):
        _compare_day(session, workspace_id, date, Delta(), report)


def _date(item: Item) -> dt.date:
    return item.row.occurred_at.date()


def _inspect(item: Item, report: Report) -> None:
    report.items += 1
    report.mentions += len(item.mentions)
    for check in INVARIANTS:
        if fault := check(item):
            subject = f"feedback {item.row.id}"
            report.add(Finding(check.__name__, item.row.workspace_id, subject, fault))


def _find_strays(item: Item, keys: Mapping[UUID, NativeKey], report: Report) -> None:
    """Report mentions whose native cell or sentiment differs from that of their pain point."""
    for mention in item.mentions:
        if (theme := mention.pain_point_id) is None:
            continue
        if keys.get(theme) != _native_key(mention):
            subject = f"feedback {item.row.id} mention {mention.ordinal}"
            fault = f"{_native_key(mention)} is in pain point {theme} of {keys.get(theme)}"
            report.add(Finding(STRAYS, item.row.workspace_id, subject, fault))


def _native_keys(session: Session, workspace_id: UUID) -> dict[UUID, NativeKey]:
    """The native cell and the sentiment of every pain point, including merged ones."""
    columns = select(PainPoint.id, PainPoint.stage, PainPoint.touchpoint, PainPoint.sentiment)
    found = session.exec(columns.where(PainPoint.workspace_id == workspace_id))
    return {id: tuple(place) for id, *place in found}


def _native_key(mention: Mention) -> NativeKey:
    return native_of(mention.stage), native_of(mention.touchpoint), mention.sentiment


class _Spans:
    """Compares the longer spans of one workspace, each as soon as all its days are summed up."""

    def __init__(self, session: Session, workspace_id: UUID, report: Report) -> None:
        self.session = session
        self.workspace_id = workspace_id
        self.report = report
        self.sums = SpanSums()
        self.seen: set[SpanRows] = set()

    def compare(self, before: dt.date | None = None) -> None:
        """Compare the spans that ended on or before a day, or all that are left."""
        for span, expected in self.sums.ended(before):
            self.seen.add(span)
            self._compare(span, expected)

    def report_unexpected(self) -> None:
        """Report the stored rows of spans that have no feedback."""
        for table in SPAN_TABLES:
            its = (table.c.span, table.c.segment, table.c.start)
            found = table.select().with_only_columns(*its).distinct()
            of_workspace = found.where(table.c.workspace_id == self.workspace_id)
            for row in self.session.execute(of_workspace).all():
                if (span := SpanRows(table, *row)) not in self.seen:
                    self._compare(span, {})

    def _compare(self, span: SpanRows, expected: Mapping[Key, Mapping[str, int]]) -> None:
        table = span.table
        here = [table.c[name] == getattr(span, name) for name in ("span", "segment", "start")]
        if "view" in table.c:  # precedes the first day in the primary key
            here.append(table.c.view.in_(VIEWS))
        _compare(self.session, table, self.workspace_id, here, expected, self.report)


def _compare_day(
    session: Session, workspace_id: UUID, date: dt.date, truth: Delta, report: Report
) -> None:
    for table, expected in zip(TABLES, (truth.mentions, truth.items, truth.pains), strict=True):
        _compare(session, table, workspace_id, (table.c.day == date,), expected, report)


def _compare(
    session: Session,
    table: Table,
    workspace_id: UUID,
    here: Sequence[ColumnElement[bool]],
    expected: Mapping[Key, Mapping[str, int]],
    report: Report,
) -> None:
    stored = _stored(session, table, workspace_id, here)
    report.rows += len(stored)
    for key, fault in _differences(expected, stored):
        subject = " ".join(map(str, key[1:]))
        check = f"{table.name}_equals_the_truth"
        report.add(Finding(check, workspace_id, subject, fault))


def _differences(
    expected: Mapping[Key, Mapping[str, int]], stored: Mapping[Key, Mapping[str, int]]
) -> Iterator[tuple[Key, str]]:
    """The keys whose counters differ, and how. Rows of zeros must not be stored."""
    for key in sorted(expected.keys() | stored.keys()):
        if key not in stored:
            yield key, "is missing"
        elif key not in expected:
            yield key, "should not exist"
        else:
            for name, value in stored[key].items():
                if value != expected[key].get(name, 0):
                    yield key, f"{name} is {value}, should be {expected[key].get(name, 0)}"


def _stored(
    session: Session, table: Table, workspace_id: UUID, here: Sequence[ColumnElement[bool]]
) -> dict[Key, dict[str, int]]:
    width = len(table.primary_key)
    counters = [column.name for column in table.columns][width:]
    found = table.select().where(table.c.workspace_id == workspace_id, *here)
    return {
        tuple(row[:width]): dict(zip(counters, row[width:], strict=True))
        for row in session.execute(found)
    }


def _dates(session: Session, workspace_id: UUID) -> set[dt.date]:
    """The days for which the roll-ups have rows."""
    return {
        date
        for table in TABLES
        for date in session.scalars(
            table.select()
            .with_only_columns(table.c.day)
            .where(table.c.workspace_id == workspace_id)
            .distinct()
        )
    }


def _orphans(session: Session, workspace_id: UUID) -> int:
    """How many mentions belong to no feedback."""
    count = (
        select(func.count())
        .select_from(Mention)
        .join(
            Feedback,
            (col(Feedback.workspace_id) == col(Mention.workspace_id))
            & (col(Feedback.id) == col(Mention.feedback_id)),
            isouter=True,
        )
        .where(Mention.workspace_id == workspace_id, col(Feedback.id).is_(None))
    )
    return session.exec(count).one()
