"""Telemetry for operators: Prometheus metrics and JSON logs, one line per event.

Label values are bounded: routes are templates, never raw paths. Nothing here contains feedback,
customer references or secrets.
"""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the current request, ``None`` outside of one."""

_FAST: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_SLOW: Final = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200)

HTTP_REQUESTS: Final = Counter(
    "voc_http_requests_total", "Requests answered.", ["method", "route", "status"]
)
HTTP_SECONDS: Final = Histogram(
    "voc_http_request_seconds", "Time from request to answer.", ["route"], buckets=_FAST
)
INTAKE_ITEMS: Final = Counter(
    "voc_intake_items_total",
    "Items received; outcome is accepted, updated, duplicate or invalid.",
    ["kind", "outcome"],
)
DATABASE: Final = CollectorRegistry()
"""Measured, like ``QUEUE``, when /metrics of the API is read; not in worker processes."""
DATABASE_UP: Final = Gauge(
    "voc_database_up", "Whether the database responds: 1 or 0.", registry=DATABASE
)
QUEUE: Final = CollectorRegistry()
"""About the whole database; only known while it responds."""
QUEUE_PENDING: Final = Gauge("voc_queue_pending", "Items waiting for analysis.", registry=QUEUE)
QUEUE_FAILED: Final = Gauge(
    "voc_queue_failed", "Items whose analysis failed for good.", registry=QUEUE
)
QUEUE_OLDEST: Final = Gauge(
    "voc_queue_oldest_seconds", "Age of the oldest pending item.", registry=QUEUE
)
ANALYSIS_ITEMS: Final = Counter(
    "voc_analysis_items_total",
    "Items analysed; outcome is done, retried, failed or superseded.",
    ["outcome"],
)
ANALYSIS_BATCH_SECONDS: Final = Histogram(
    "voc_analysis_batch_seconds", "Seconds the model took for one batch.", buckets=_FAST
)
ANALYSIS_ITEM_SECONDS: Final = Histogram(
    "voc_analysis_item_seconds", "Seconds the model took per item of a batch.", buckets=_FAST
)
FRESHNESS_SECONDS: Final = Histogram(
    "voc_freshness_seconds", "Time from receipt until visible in aggregates.", buckets=_SLOW
)
ABSTAINED: Final = Counter(
    "voc_abstained_total", "Mentions left unassigned for lack of confidence.", ["head"]
)

_log = logging.getLogger(__name__)
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "color_message",
}
"""Attributes of a record that are not extras; ``color_message`` is uvicorn's, for terminals."""


class JsonFormatter(logging.Formatter):
    """One JSON object per line: time, level, event, logger, request_id, and the record's extras."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "event": record.getMessage(),
            "logger": record.name,
        }
        if (current := request_id.get()) is not None:
            line["request_id"] = current
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def one_line(error: BaseException) -> str:
    """What kind of error and why, without a traceback; of a database's error, what it said."""
    cause = getattr(error, "orig", None) or error
    return " ".join(f"{type(cause).__name__}: {cause}".split())


def log_failed_start(error: Exception) -> None:
    """Log why this process can't start; with a traceback only if nobody foresaw the error."""
    is_foreseen = isinstance(error, OSError) or hasattr(error, "orig")
    extra = {"error": one_line(error)}
    _log.error("start_failed", extra=extra, exc_info=None if is_foreseen else error)


def _is_no_failed_start(record: logging.LogRecord) -> bool:
    """Not uvicorn's message about a failed start, a traceback: it has been logged already."""
    return not str(record.msg).startswith("Traceback ")


def configure_logging(level: str) -> None:
    """Write every logger, including uvicorn's, to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.error").addFilter(_is_no_failed_start)
    # Logs at INFO whenever it checks the schema; changes are logged by ``migrations``.
    logging.getLogger("alembic").setLevel(logging.WARNING)


def serve_metrics(host: str, port: int) -> WSGIServer:
    """Serve /metrics from a thread, for a process without the API; port 0 picks a free one.

    Raises:
        OSError: the port is taken.
    """
    try:
        server, _thread = start_http_server(port, host)
    except OSError as error:
        raise OSError(error.errno, error.strerror, f"{host}:{port}") from error
    return server
