"""``python -m tests.chaos.fake serve|worker``: the service with the fake analyzer."""

import sys

import migrations
from service.analysis.engine import Engine
from service.app import create_app
from service.cli.serve import Server
from service.cli.worker import run
from service.db import Database
from service.settings import Settings
from service.telemetry import configure_logging
from service.worker import Worker
from tests.fakes import FakeAnalyzer


def main(command: str) -> None:
    """Do what ``voc serve`` and ``voc worker`` do."""
    settings = Settings()
    configure_logging(settings.log_level)
    if command == "serve":
        Server(create_app(settings, FakeAnalyzer()), settings).run()
        return
    migrations.upgrade(settings.sqlalchemy_url)
    database = Database(settings.sqlalchemy_url)
    run(Worker(database, Engine(FakeAnalyzer()), settings))


if __name__ == "__main__":
    main(sys.argv[1])
