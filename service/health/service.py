"""Readiness, the length of the queue, and what is running: version, model and limits."""

from dataclasses import asdict
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

import migrations
from nlp.info import ModelInfo
from service import __version__, telemetry
from service.clock import now
from service.db import Database
from service.health.errors import NotMigrated
from service.health.queries import queue
from service.health.schemas import Info, Limits, Model
from service.journey.service import current_map
from service.settings import Settings


def check_database(database: Database) -> None:
    """Returns if the database responds and has the schema of this version or a newer one.

    Raises:
        NotMigrated: it has an older schema.
    """
    with database.engine.connect() as connection:
        if migrations.state_of(connection) is migrations.State.OLDER:
            raise NotMigrated()


def measure_database(database: Database) -> bool:
    """Bring the gauges of the database and its queue up to date.

    Returns:
        Whether the database responded; if not, the queue's are out of date.
    """
    try:
        with database.read() as session:
            _measure_queue(session)
    except SQLAlchemyError:
        telemetry.DATABASE_UP.set(0)
        return False
    telemetry.DATABASE_UP.set(1)
    return True


def _measure_queue(session: Session) -> None:
    lengths = queue(session)
    telemetry.QUEUE_PENDING.set(lengths.pending)
    telemetry.QUEUE_FAILED.set(lengths.failed)
    age = (now() - lengths.oldest).total_seconds() if lengths.oldest else 0.0
    telemetry.QUEUE_OLDEST.set(max(0.0, age))


def info(
    session: Session,
    workspace_id: UUID,
    settings: Settings,
    database: Database,
    model: ModelInfo,
) -> Info:
    """What this service is, for a caller of this workspace."""
    journey = current_map(session, workspace_id)
    return Info(
        version=__version__,
        model=Model(**asdict(model)),
        database=database.engine.dialect.name,
        journey=journey.key,
        journey_version=journey.version,
        limits=Limits(
            body_bytes=settings.max_body_bytes,
            import_bytes=settings.max_import_bytes,
            text_chars=settings.max_text_chars,
            pending=settings.max_pending,
        ),
    )
