"""A small client of the API, for senders and readers. Needs httpx and nothing of the service.

    >>> from service.client import Verbatim
    >>> with Verbatim("http://localhost:8000", key="voc_…") as voc:
    ...     voc.submit_survey("Checkout refused my card.", rating={"value": 3, "scale": "nps"})
    ...     voc.pain_points(stage="purchase")

Every POST carries an idempotency key, so that it may be sent again: it is, when the connection
fails or the service answers 429 or 503, after the time of ``Retry-After`` or an exponential
pause. Methods return the JSON that the API documents; an answer that is not the API's (the page of
a proxy, or of a sign-in for the network) is an error, whatever its status.
"""

import json
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, BinaryIO, Final, Literal, NotRequired, Self, TypedDict, Unpack
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx

Json = dict[str, Any]
Scalar = str | int | float | bool | None
Value = str | int | float | date | UUID
Filter = Value | Iterable[Value] | None

TRIES: Final = 5
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 60.0
TIMEOUT_S: Final = 30.0
PASSING: Final = (429, 503)
"""Statuses of a service that is up but busy: the same request may succeed later."""
REPEATED: Final = ("external_id",)
"""Filters whose values may contain commas."""
_UNREACHED: Final = (httpx.RequestError, httpx.InvalidURL)


class VerbatimError(Exception):
    """The service rejected a request, could not be reached, or something else answered for it.

    ``status`` is ``None`` if there was no response; ``problem`` is the RFC 9457 object, ``code``
    its stable code.
    """

    def __init__(self, message: str, status: int | None = None, problem: Json | None = None):
        super().__init__(message)
        self.status = status
        self.problem = problem or {}

    @property
    def code(self) -> str:
        """The stable code of the problem, "" if there is none."""
        return str(self.problem.get("code", ""))


class Rating(TypedDict):
    """A rating; ``min`` and ``max`` are only needed for the scale "other"."""

    value: float
    scale: Literal["nps", "csat", "ces", "stars", "other"]
    min: NotRequired[float]
    max: NotRequired[float]


class Part(TypedDict):
    """One message of a ticket's conversation."""

    author_role: Literal["customer", "agent", "system", "bot"]
    text: str
    at: NotRequired[str]


class Fields(TypedDict, total=False):
    """The common fields of surveys, reviews and tickets, besides their text."""

    rating: Rating
    subject: str
    question: str
    channel: str
    language: str
    occurred_at: datetime | str
    customer: str
    attributes: Mapping[str, Scalar]
    stage: str
    touchpoint: str
    source: str
    external_id: str


class TicketFields(Fields, total=False):
    """The same for tickets."""

    priority: str
    status: str
    conversation: Sequence[Part]


class Verbatim:
    """A connection to one workspace, which the key determines.

    ``notice`` is called before each pause with a sentence that says why a request is retried.
    ``transport`` and ``sleep`` are for tests.

    Raises:
        VerbatimError: the URL or the key is invalid.
    """

    def __init__(
        self,
        url: str = "http://localhost:8000",
        *,
        key: str,
        tries: int = TRIES,
        timeout_s: float = TIMEOUT_S,
        notice: Callable[[str], None] | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not key.isascii():
            raise VerbatimError("the key contains characters that can't be in a key")
        try:
            self._http = httpx.Client(
                base_url=url.rstrip("/"),
                headers={"Authorization": f"Bearer {key}", "User-Agent": "verbatim-client"},
                timeout=timeout_s,
                transport=transport,
            )
        except httpx.InvalidURL as error:
            raise VerbatimError(f"{url} is not a valid URL: {error}") from error
        self._tries = tries
        self._notice = notice
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def submit_survey(
        self,
        text: str,
        *,
        wait_s: int = 0,
        idempotency_key: str | None = None,
        **fields: Unpack[Fields],
    ) -> Json:
        """Send a survey answer; with ``wait_s``, get its analysis if it takes no longer.

        Calls with the same ``idempotency_key``, such as the id of an event, are the same request.
        """
        return self._submit("surveys", {"text": text, **fields}, wait_s, idempotency_key)

    def submit_review(
        self,
        text: str,
        *,
        wait_s: int = 0,
        idempotency_key: str | None = None,
        **fields: Unpack[Fields],
    ) -> Json:
        """Send a review."""
        return self._submit("reviews", {"text": text, **fields}, wait_s, idempotency_key)

    def submit_ticket(
        self,
        text: str = "",
        *,
        wait_s: int = 0,
        idempotency_key: str | None = None,
        **fields: Unpack[TicketFields],
    ) -> Json:
        """Send a ticket, with its first message, its conversation, or both."""
        return self._submit("tickets", {"text": text, **fields}, wait_s, idempotency_key)

    def batch(
        self,
        items: Sequence[Mapping[str, Any]],
        *,
        dry_run: bool = False,
        idempotency_key: str | None = None,
    ) -> Json:
        """Send up to 1000 items, each with its ``kind``; the response has a result for each."""
        params = {"dry_run": "true"} if dry_run else None
        body = {"items": list(items)}
        return self._post("/v1/feedback/batch", body, idempotency_key, params=params)

    def erase(self, feedback_id: str) -> Json:
        """Erase one item for good; the response says how much was erased: nothing if it is gone
        already.

        Raises:
            VerbatimError: the id is not a feedback id, e.g. an ``external_id``, or the service
            rejected the request.
        """
        try:
            id = UUID(feedback_id)
        except ValueError as error:
            raise VerbatimError(f"{feedback_id!r} is not a feedback id") from error
        try:
            return self._send("DELETE", f"/v1/feedback/{id}")
        except VerbatimError as error:
            if error.status == 404 and error.code == "not_found":
                return {"feedback": 0, "mentions": 0}
            raise

    def erase_customer(self, customer: str) -> Json:
        """Erase all that one customer has said, given by your own reference of the customer."""
        return self._send("DELETE", f"/v1/customers/{_segment(customer)}")

    def analyze(self, items: Sequence[Mapping[str, Any] | str], journey: str | None = None) -> Json:
        """The analysis of texts, without storing them."""
        texts = [{"text": item} if isinstance(item, str) else item for item in items]
        return self._post("/v1/analyze", {"items": texts}, params=_query({"journey": journey}))

    def pain_points(self, **filters: Filter) -> Json:
        """Ranked pain points, e.g. ``stage="purchase", level="theme", sort="trend", limit=20``."""
        return self._get("/v1/pain-points", filters)

    def wins(self, **filters: Filter) -> Json:
        """Ranked wins: what customers praise, with the same filters."""
        return self._get("/v1/wins", filters)

    def pain_point(self, pain_point_id: str, **filters: Filter) -> Json:
        """One pain point or win, with all its measures."""
        return self._get(f"/v1/pain-points/{_segment(pain_point_id)}", filters)

    def evidence(self, pain_point_id: str, **filters: Filter) -> Json:
        """A page of the mentions of a pain point or win; its ``next`` is the next ``cursor``."""
        return self._get(f"/v1/pain-points/{_segment(pain_point_id)}/mentions", filters)

    def mentions(self, **filters: Filter) -> Json:
        """A page of mentions by words (``q``) or by meaning (``like``), or the latest ones."""
        return self._get("/v1/mentions", filters)

    def review(self, **filters: Filter) -> Json:
        """The least certain readings where most mentions are, for review by a person."""
        return self._get("/v1/review", filters)

    def export(self, what: str, file: BinaryIO, /, **filters: Filter) -> None:
        """Write an export to ``file``, e.g. ``"mentions", f, format="parquet", stage="usage"``.

        It is streamed. If the connection breaks, ``file`` holds a part of it.
        """
        path = f"/v1/exports/{_segment(what)}"
        try:
            with self._http.stream("GET", path, params=_query(filters)) as response:
                if not response.is_success:
                    response.read()
                    raise _refusal(response)
                if not response.headers.get("Content-Disposition", "").startswith("attachment"):
                    raise _foreign(response)
                for part in response.iter_bytes():
                    file.write(part)
        except _UNREACHED as error:
            raise self._unreached(error) from error

    def journey(self, **filters: Filter) -> Json:
        """The map: stages and touchpoints with volume, sentiment, severity and ratings."""
        return self._get("/v1/journey", filters)

    def feedback(self, feedback_id: str) -> Json:
        """One item with its mentions."""
        return self._get(f"/v1/feedback/{_segment(feedback_id)}", {})

    def list_feedback(self, **filters: Filter) -> Json:
        """A page of items, e.g. ``rating_conflict=True``; its ``next`` is the next ``cursor``."""
        return self._get("/v1/feedback", filters)

    def info(self) -> Json:
        """Version, model, journey and limits of the service."""
        return self._get("/v1/info", {})

    def _submit(self, path: str, item: Json, wait_s: int, key: str | None) -> Json:
        prefer = {"Prefer": f"wait={wait_s}"} if wait_s else {}
        return self._post(f"/v1/feedback/{path}", item, key, headers=prefer)

    def _get(self, path: str, filters: Mapping[str, Filter]) -> Json:
        return self._send("GET", path, params=_query(filters))

    def _post(self, path: str, body: Json, key: str | None = None, **request: Any) -> Json:
        # ASCII bytes, whatever they contain: the service says which key or item it can't accept.
        sent_key = (key or str(uuid4())).encode("utf-8", "surrogatepass")
        own = {"Idempotency-Key": sent_key, "Content-Type": "application/json"}
        headers = own | request.pop("headers", {})
        content = json.dumps(_plain(body)).encode()
        return self._send("POST", path, content=content, headers=headers, **request)

    def _send(self, method: str, path: str, **request: Any) -> Json:
        for attempt in range(1, self._tries + 1):
            is_last = attempt == self._tries
            try:
                response = self._http.request(method, path, **request)
            except _UNREACHED as error:
                if is_last or not _may_pass(error):
                    raise self._unreached(error) from error
                self._wait(str(self._unreached(error)), _pause(attempt))
                continue
            if response.status_code not in PASSING or is_last:
                break
            busy = f"{self._http.base_url} answers {response.status_code}"
            self._wait(busy, _wished_pause(response) or _pause(attempt))
        return _json_or_raise(response)

    def _unreached(self, error: Exception) -> VerbatimError:
        reason = str(error) or type(error).__name__
        return VerbatimError(f"{self._http.base_url} can't be reached ({reason})")

    def _wait(self, why: str, pause_s: float) -> None:
        if self._notice:
            self._notice(f"{why}, trying again")
        self._sleep(pause_s)


def _may_pass(error: Exception) -> bool:
    """Whether the same request may succeed later: not if the request itself can't be sent."""
    return isinstance(error, httpx.TransportError) and not isinstance(
        error, httpx.UnsupportedProtocol | httpx.LocalProtocolError
    )


def _json_or_raise(response: httpx.Response) -> Json:
    if not response.is_success:
        raise _refusal(response)
    body = _object(response)
    if body is None:
        raise _foreign(response)
    return body


def _object(response: httpx.Response) -> Json | None:
    """The JSON object in the response, if there is one."""
    try:
        body = response.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _refusal(response: httpx.Response) -> VerbatimError:
    """The error for a problem, or for a response that is not a problem."""
    problem = _object(response) or {}
    params = problem.get("invalid_params")
    reasons = "; ".join(
        f"{param.get('name')} {param.get('reason')}"
        for param in (params if isinstance(params, list) else ())
        if isinstance(param, dict)
    )
    detail = problem.get("detail") or response.reason_phrase
    message = f"{response.status_code}: {detail}" + (f" ({reasons})" if reasons else "")
    return VerbatimError(message, response.status_code, problem)


def _foreign(response: httpx.Response) -> VerbatimError:
    """A success that is not a response of the API: nothing was stored, and there is nothing to
    read.
    """
    kind = response.headers.get("Content-Type", "without Content-Type")
    message = f"{response.url.host} answered, but is not this API ({response.status_code}, {kind})"
    return VerbatimError(message, response.status_code)


def _pause(attempt: int) -> float:
    """Exponential, with jitter, so that many clients don't return at the same time."""
    longest = min(FIRST_PAUSE_S * 2.0 ** (attempt - 1), LONGEST_PAUSE_S)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def _wished_pause(response: httpx.Response) -> float | None:
    """Seconds of ``Retry-After``, which may be a number or a date."""
    wish = response.headers.get("Retry-After", "")
    if wish.isdecimal():
        return min(float(wish), LONGEST_PAUSE_S)
    try:
        seconds = (parsedate_to_datetime(wish) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return None
    return min(max(seconds, 0.0), LONGEST_PAUSE_S)


def _segment(value: str) -> str:
    """A single path segment, whatever it contains."""
    return quote(value, safe="")


def _query(filters: Mapping[str, Filter]) -> dict[str, str | list[str]]:
    """Lists are sent with commas, their own commas escaped, and ids by repeating the parameter;
    ``None`` values are omitted.
    """
    return {
        name: _repeated(value) if name in REPEATED else _listed(value)
        for name, value in filters.items()
        if value is not None
    }


def _repeated(value: Value | Iterable[Value]) -> str | list[str]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        return _text(value)
    return [_text(each) for each in value] or ""  # rejected; without the parameter, all would match


def _listed(value: Value | Iterable[Value]) -> str:
    if isinstance(value, str) or not isinstance(value, Iterable):
        return _text(value)
    return ",".join(_text(each).replace("\\", "\\\\").replace(",", "\\,") for each in value)


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(value: Any) -> Any:
    """The same with times as RFC 3339 texts."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
