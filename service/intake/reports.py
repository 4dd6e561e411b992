"""The rows that an import refused, as a file for the one who has to mend them; kept for a week."""

import csv
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from io import StringIO
from typing import Any, Final

from sqlmodel import Session, col, delete

from models.import_job import ImportJob
from service.web.text import inert

KEPT: Final = timedelta(days=7)
"""What they quote belongs to no feedback that is stored, so that no erasure reaches it."""


def purge(session: Session, older_than: datetime) -> None:
    """Delete the imports of every workspace that gave no sign of life since ``older_than``."""
    session.execute(delete(ImportJob).where(col(ImportJob.seen_at) < older_than))


def csv_report(errors: Sequence[dict[str, Any]]) -> str:
    """One line a fault: row, field, reason."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(["row", "field", "reason"])
    for error in errors:
        for field, reason in _faults(error["problem"]):
            writer.writerow([error["row"], inert(field), inert(reason)])
    return out.getvalue()


def jsonl_report(errors: Sequence[dict[str, Any]]) -> str:
    """One line a row: {row, problem}."""
    return "".join(json.dumps(error) + "\n" for error in errors)


def _faults(problem: dict[str, Any]) -> list[tuple[str, str]]:
    params = problem.get("invalid_params") or [{"name": "", "reason": problem["detail"]}]
    return [(param["name"], param["reason"]) for param in params]
