"""Which versions of the analysis are stale: a walk over the index, not over the rows."""

from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from service.current_analysis import is_current

STALE_VERSIONS: Final = text("""
WITH RECURSIVE version (name) AS (
    SELECT min(analysis_version) FROM feedback WHERE state = 'done'
    UNION ALL
    SELECT (
        SELECT min(analysis_version) FROM feedback
        WHERE state = 'done' AND analysis_version > version.name
    )
    FROM version WHERE version.name IS NOT NULL
)
SELECT name FROM version WHERE name IS NOT NULL AND name <> :current
ORDER BY (
    SELECT max(occurred_at) FROM feedback
    WHERE state = 'done' AND analysis_version = version.name
) DESC
""")


def stale_versions(session: Session, current: str) -> list[str]:
    """The versions other than ``current`` that some item was analysed with.

    The one with the newest item first; none if a worker with another version has started since.
    Across workspaces, like the claims that use it.
    """
    if not is_current(session, current):
        return []
    return list(session.scalars(STALE_VERSIONS, {"current": current}))
