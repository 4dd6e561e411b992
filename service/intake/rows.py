"""A file's rows, checked one by one: a draft, or the problem of that row alone."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

from service.errors import InvalidRequest, Problem
from service.intake.batch import CheckedItem, check_item, record_of
from service.intake.drafts import DraftBuilder
from service.intake.plan import ImportPlan, items_of
from service.intake.records import RowError, Source
from service.redaction.quotes import redacted

PREVIEW_ROWS: Final = 1000
SHOWN_RECORDS: Final = 5
SHOWN_ERRORS: Final = 20


class InvalidRow(InvalidRequest):
    """This row can't be read."""

    code = "invalid_row"


class CheckedRow(NamedTuple):
    """``line`` is where it begins in the file."""

    line: int
    checked: CheckedItem

    @property
    def error(self) -> dict[str, Any] | None:
        """The row's entry in an error report."""
        if isinstance(self.checked, Problem):
            return {"row": self.line, "problem": self.checked.body()}
        return None


def rows_of(source: Source, plan: ImportPlan, builder: DraftBuilder) -> Iterator[CheckedRow]:
    """Every row of a file."""
    for line, item in items_of(source, plan):
        if isinstance(item, RowError):
            yield CheckedRow(line, _invalid(item.reason))
        else:
            yield CheckedRow(line, check_item(item, builder))


def preview(source: Source, plan: ImportPlan, builder: DraftBuilder) -> dict[str, Any]:
    """How the first rows would be stored."""
    rows = list(islice(rows_of(source, plan, builder), PREVIEW_ROWS))
    drafts = [row.checked for row in rows if not isinstance(row.checked, Problem)]
    errors = [row.error for row in rows if row.error]
    return {
        "format": source.format,
        "mapping": plan.shown(),
        "rows": len(rows),
        "valid": len(drafts),
        "invalid": len(errors),
        "records": [record_of(draft) for draft in drafts[:SHOWN_RECORDS]],
        "errors": errors[:SHOWN_ERRORS],
    }


def _invalid(reason: str) -> InvalidRow:
    """Redact reasons: they quote cells, which may hold what must not be stored."""
    storable = reason.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    return InvalidRow(redacted(storable))
