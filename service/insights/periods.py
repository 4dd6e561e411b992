"""Periods: the one before, and the days, weeks and months of a series. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal

from service.insights.errors import TooManyPoints
from service.rollups.spans import next_start, start_of

By = Literal["day", "week", "month"]
MOST_POINTS: Final = 1000
DAY: Final = timedelta(days=1)


def period_before(
    since: datetime | None, until: datetime | None, now: datetime
) -> tuple[datetime, datetime] | None:
    """The period of equal length that ends at ``since``.

    Without ``until`` the period ends now, or, if ``since`` is the start of a UTC day, at the end of
    today, so that whole days are compared. None without ``since``, or if it lies in the future.
    """
    if since is None:
        return None
    end = end_of(since, until, now)
    return (since - (end - since), since) if end > since else None


def end_of(since: datetime, until: datetime | None, now: datetime) -> datetime:
    """The end of a period that may be open; see ``period_before``."""
    return until or (_end_of_day(now) if since.time() == time() else now)


def _end_of_day(moment: datetime) -> datetime:
    return datetime.combine(moment.astimezone(UTC).date() + DAY, time(), UTC)


def starts(first: date, last: date, by: By) -> list[date]:
    """The first days of all periods from that of ``first`` to that of ``last``.

    Raises:
        TooManyPoints: there are more than ``MOST_POINTS``.
    """
    found: list[date] = []
    start, end = start_of(first, by), start_of(last, by)
    while start <= end:
        if len(found) == MOST_POINTS:
            raise TooManyPoints
        found.append(start)
        start = next_start(start, by)
    return found


def last_day(until: datetime) -> date:
    """The last UTC day that begins before ``until``."""
    return (until - timedelta(microseconds=1)).date()
