"""What tests of several rooms ask for."""

from collections.abc import Callable

import pytest

from service.analysis.engine import Engine
from service.analysis.service import BatchAnalyzer
from service.db import Database
from service.settings import Settings
from tests.fakes import FakeAnalyzer

Analyse = Callable[..., None]


@pytest.fixture
def analyse(database: Database, settings: Settings) -> Analyse:
    """Analyse whatever is pending or stale, by default as the fake of version 1."""

    def run(analyzer: FakeAnalyzer | None = None) -> None:
        batch_analyzer = BatchAnalyzer(database, Engine(analyzer or FakeAnalyzer()), settings)
        while batch_analyzer.run_once(lambda: True):
            pass

    return run
