"""The demo set: whole surveys, reviews and tickets in nine languages, written for this project."""

import json
from datetime import UTC, datetime, time, timedelta
from importlib.resources import files
from typing import Any

from service import clock


def demo_items() -> list[dict[str, Any]]:
    """The items as POST /v1/feedback/batch accepts them, spread over the eight weeks before today.

    Times count back from midnight UTC, so loading the items twice on one day changes nothing.
    """
    midnight = datetime.combine(clock.now().date(), time(), UTC)
    lines = files(__package__).joinpath("feedback.jsonl").read_text("utf-8").splitlines()
    return [_dated(json.loads(line), midnight) for line in lines]


def _dated(item: dict[str, Any], midnight: datetime) -> dict[str, Any]:
    occurred = midnight - timedelta(days=item.pop("days_ago"))
    return item | {"occurred_at": occurred.isoformat(timespec="seconds")}
