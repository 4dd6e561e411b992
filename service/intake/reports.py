"""The rows that an import rejected, as a file for the person who fixes them; kept for a week."""

import csv
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from io import StringIO
from typing import Any, Final

from sqlmodel import Session, col, delete

from models.import_job import ImportJob
from service.text import escape_formula

RETENTION: Final = timedelta(days=7)
"""They quote rows that are not stored as feedback, so no erasure reaches them."""


def purge(session: Session, older_than: datetime) -> None:
    """Delete imports of all workspaces without a heartbeat since ``older_than``."""
    session.execute(delete(ImportJob).where(col(ImportJob.seen_at) < older_than))


def csv_report(errors: Sequence[dict[str, Any]]) -> str:
    """One line per error: row, field, reason."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(["row", "field", "reason"])
    for error in errors:
        for field, reason in faults(error["problem"]):
            writer.writerow([error["row"], escape_formula(field), escape_formula(reason)])
    return out.getvalue()


def jsonl_report(errors: Sequence[dict[str, Any]]) -> str:
    """One line per row: {row, problem}."""
    return "".join(json.dumps(error) + "\n" for error in errors)


def faults(problem: dict[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with a row: field and reason; the field is empty if it is the whole row."""
    params = problem.get("invalid_params") or [{"name": "", "reason": problem["detail"]}]
    return [(param["name"], param["reason"]) for param in params]
