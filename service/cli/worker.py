"""`voc worker`: analyse feedback in a separate process."""

import signal
from typing import Annotated

import typer

import migrations
from service import clock, telemetry
from service.analysis.engine import Engine, load_engine
from service.cli.starting import begin_logging, log_started, log_stopped
from service.db import Database
from service.intake.replay import replay_all_failed
from service.settings import Settings
from service.worker import Worker, WorkerThread


def worker(
    replay_failed: Annotated[
        bool,
        typer.Option("--replay-failed", help="First put every failed item back into the queue."),
    ] = False,
) -> None:
    """Analyse pending feedback until stopped. You can run any number of workers at once.

    On SQLite, several workers are safe but take turns writing: use PostgreSQL to scale.
    """
    settings = Settings()
    begin_logging(settings)
    try:
        database, engine = _prepare(settings, replay_failed)
    except Exception as error:
        telemetry.log_failed_start(error)
        raise typer.Exit(1) from error
    analysing = Worker(database, engine, settings)
    log_started(settings, engine, {"command": "worker", "worker_id": analysing.id})
    run(analysing)
    database.dispose()
    log_stopped()


def _prepare(settings: Settings, replay_failed: bool) -> tuple[Database, Engine]:
    """Everything that can fail before the work begins."""
    if settings.metrics_port is not None:
        telemetry.serve_metrics(settings.host, settings.metrics_port)
    migrations.upgrade(settings.sqlalchemy_url)
    database = Database(settings.sqlalchemy_url, settings.database_connections // 2)
    if replay_failed:
        replayed = database.transact(lambda session: replay_all_failed(session, clock.now()))
        typer.echo(f"{replayed} failed items are pending again", err=True)
    return database, load_engine(settings)


def run(worker: Worker) -> None:
    """Run ``worker`` until SIGTERM or SIGINT, then let it finish its batch.

    It runs in a thread, so that a signal handler never waits for a lock held by the code that it
    interrupted.
    """
    thread = WorkerThread(worker)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    thread.start()
    thread.wait()
