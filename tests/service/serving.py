"""A program that serves the application with the fake analyzer, to be run as a process."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVE = """
from service.app import create_app
from service.cli.serve import Server
from service.settings import Settings
from service.telemetry import configure_logging
from tests.fakes import FakeAnalyzer

settings = Settings()
configure_logging(settings.log_level)
Server(create_app(settings, FakeAnalyzer()), settings).run()
"""
