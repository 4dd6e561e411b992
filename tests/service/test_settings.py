"""Every setting is documented, and the documentation is the truth."""

import re
import textwrap
from pathlib import Path

import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from service.cli.serve import Server
from service.settings import Settings, unknown_names

EXAMPLE = Path(__file__).parents[2] / ".env.example"
WIDTH = 98


def documented() -> str:
    """What ``.env.example`` has to say: description and default of every setting."""
    parts = [
        "# Every setting with its default. Copy this file to .env and change what you need.",
        "# Environment variables override the file.",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else field.default
        parts += ["", *(f"# {line}" for line in textwrap.wrap(str(field.description), WIDTH))]
        parts += [f"# {field.validation_alias or f'VOC_{name.upper()}'}={default}"]
    return "\n".join(parts) + "\n"


def test_env_example_is_complete_and_current() -> None:
    assert EXAMPLE.read_text() == documented()


def test_env_example_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(re.sub(r"^# (\w+=)", r"\1", EXAMPLE.read_text(), flags=re.MULTILINE))
    assert Settings(_env_file=file) == Settings()


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://a@b/c", "postgresql+psycopg://a@b/c"),
        ("postgres://a@b/c", "postgresql+psycopg://a@b/c"),
        ("postgresql+psycopg://a@b/c", "postgresql+psycopg://a@b/c"),
        ("sqlite:////tmp/x.db", "sqlite:////tmp/x.db"),
    ],
)
def test_database_url_gets_our_driver(given: str, used: str) -> None:
    assert Settings(database_url=given).sqlalchemy_url == used


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("garbage", "must be a URL"),
        ("postgresql://host:port/x", "must be a URL"),
        ("mysql://host/x", "must begin with"),
        ("sqlite://", "must name a file"),
        ("sqlite:///:memory:", "must name a file"),
    ],
)
def test_database_urls_that_can_not_be_used_are_refused(url: str, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Settings(database_url=url)


@pytest.mark.parametrize("seconds", [0, float("inf"), float("nan")])
def test_a_lease_ends(seconds: float) -> None:
    with pytest.raises(ValidationError):
        Settings(lease_seconds=seconds)


def test_database_is_a_file_in_the_data_directory(tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path).sqlalchemy_url == f"sqlite:///{tmp_path / 'verbatim.db'}"


def test_environment_is_read_and_empty_means_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOC_PORT", "9000")
    monkeypatch.setenv("VOC_BOOTSTRAP_KEY", "")
    assert (Settings().port, Settings().bootstrap_key) == (9000, None)


def test_names_that_are_no_setting_are_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text("VOC_PROT=1\nVOC_PORT=1\nPORT=1\n")
    monkeypatch.setitem(Settings.model_config, "env_file", file)
    monkeypatch.setenv("VOC_DATABSE_URL", "x")
    monkeypatch.setenv("VOC_URL", "http://localhost:8000")
    assert unknown_names() == ["VOC_DATABSE_URL", "VOC_PROT"]


def test_proxies_are_believed_that_a_file_names(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("FORWARDED_ALLOW_IPS=10.0.0.0/8\n")
    settings = Settings(_env_file=file)
    believed = Server(FastAPI(), settings).config.forwarded_allow_ips
    assert believed == "10.0.0.0/8"


def test_short_bootstrap_keys_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOC_BOOTSTRAP_KEY", "short")
    with pytest.raises(ValidationError):
        Settings()
