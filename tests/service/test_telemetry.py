"""Logs are one JSON object a line; metrics have bounded labels."""

import json
import logging
from itertools import chain

import httpx2 as httpx
import pytest
from prometheus_client import REGISTRY

from service.telemetry import (
    DATABASE,
    QUEUE,
    JsonFormatter,
    configure_logging,
    request_id,
    serve_metrics,
)


def line(record: logging.LogRecord) -> dict[str, object]:
    text = JsonFormatter().format(record)
    assert "\n" not in text
    parsed: dict[str, object] = json.loads(text)
    return parsed


def record(message: str, **extra: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"name": "service.x", "levelname": "INFO", "msg": message})
    vars(made).update(extra)
    return made


def test_line_has_time_level_event_and_extras() -> None:
    logged = line(record("key_made", key_id="7", items=3))
    assert str(logged.pop("time")).endswith("+00:00")
    assert logged == {
        "level": "INFO",
        "event": "key_made",
        "logger": "service.x",
        "key_id": "7",
        "items": 3,
    }


def test_line_has_the_request_id_of_its_request() -> None:
    token = request_id.set("r-1")
    assert line(record("x"))["request_id"] == "r-1"
    request_id.reset(token)
    assert "request_id" not in line(record("x"))


@pytest.mark.parametrize("text", ["a\nb", '"}', "\ud800", "\x1b[31m"])
def test_nothing_that_is_logged_can_forge_a_line(text: str) -> None:
    assert line(record(text, extra_one=text))["extra_one"] == text


def test_exceptions_stay_on_the_line() -> None:
    try:
        raise ValueError("why")
    except ValueError as error:
        made = record("failed", exc_info=(ValueError, error, error.__traceback__))
    assert "ValueError: why" in str(line(made)["exception"])


def test_one_handler_for_everybody(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    configure_logging("WARNING")
    logging.getLogger("uvicorn.error").warning("starting")
    logging.getLogger("service.x").info("quiet")
    printed = capfd.readouterr().err.splitlines()
    assert [json.loads(text)["event"] for text in printed] == ["starting"]


def test_every_metric_explains_itself() -> None:
    told = chain(REGISTRY.collect(), QUEUE.collect(), DATABASE.collect())
    ours = [metric for metric in told if metric.name.startswith("voc_")]
    assert len(ours) >= 11
    assert all(metric.documentation for metric in ours)


def test_a_process_without_an_api_can_be_scraped() -> None:
    server = serve_metrics("127.0.0.1", 0)
    try:
        text = httpx.get(f"http://127.0.0.1:{server.server_port}/metrics").text
    finally:
        server.shutdown()
        server.server_close()
    assert "voc_analysis_items_total" in text
    assert "voc_queue" not in text  # it would be 0 for ever
