"""The client: what it sends, when it tries again, what it raises."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from service.client import Verbatim, VerbatimError
from tests.conftest import StartClient
from tests.credentials import Keys
from tests.transport import transport_to


class Service:
    """Answers in turn, and remembers what was asked. The last answer is given for ever."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.pauses: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, **options: Any) -> Verbatim:
        """A client of this service that does not really sleep."""
        transport = httpx.MockTransport(self)
        return Verbatim(
            "http://voc.test/", key="k", transport=transport, sleep=self.pauses.append, **options
        )


def ok(body: Any = None) -> httpx.Response:
    return httpx.Response(200, json=body or {"fine": True})


@pytest.fixture
def voc(start: StartClient, keys: Keys) -> Iterator[Verbatim]:
    """A client of the real application."""
    client = start(worker="inline")
    with Verbatim("http://testserver", key=keys.manage, transport=transport_to(client)) as voc:
        yield voc


def test_it_speaks_to_the_real_service(voc: Verbatim) -> None:
    survey = voc.submit_survey(
        "The checkout is broken.",
        wait_s=10,
        rating={"value": 3, "scale": "nps"},
        occurred_at=datetime(2026, 3, 1, tzinfo=UTC),
        attributes={"persona": "smb"},
    )
    assert survey["state"] == "done"
    assert voc.submit_review("I love the app.", source="shop")["status"] == "accepted"
    parts: Any = [{"author_role": "customer", "text": "The parcel is late."}]
    assert voc.submit_ticket(conversation=parts, priority="high")["status"] == "accepted"
    batch = voc.batch([{"kind": "survey", "text": "Fine"}, {"kind": "survey"}])
    assert (batch["accepted"], batch["invalid"]) == (1, 1)
    assert voc.batch([{"kind": "survey", "text": "Fine"}], dry_run=True)["valid"] == 1
    assert voc.analyze(["The checkout is broken."])["items"][0]["stage"] == "purchase"
    (point,) = voc.pain_points(stage="purchase", limit=5)["items"]
    assert point["mentions"] == voc.pain_point(point["id"])["mentions"] == 1
    assert voc.evidence(point["id"])["items"][0]["text"] == point["verbatims"][0]["text"]
    assert voc.wins(level="theme")["items"] == []
    assert voc.journey(kind=["survey", "review"])["journey"] == "five-stage"
    assert voc.mentions(since=datetime(2026, 2, 1, tzinfo=UTC))["items"]
    assert voc.info()["limits"]["body_bytes"] == 5_000_000
    assert voc.feedback(survey["id"])["text"] == "The checkout is broken."
    assert len(voc.list_feedback(limit=2)["items"]) == 2


def test_a_refusal_is_raised_with_its_problem(voc: Verbatim) -> None:
    with pytest.raises(VerbatimError, match="outside the nps scale") as caught:
        voc.submit_survey("x", rating={"value": 11, "scale": "nps"})
    assert (caught.value.status, caught.value.code) == (422, "invalid_request")
    reason = "11 is outside the nps scale from 0 to 10; correct the value"
    assert caught.value.problem["invalid_params"] == [{"name": "rating", "reason": reason}]


def test_one_bad_text_in_a_batch_harms_no_other(voc: Verbatim) -> None:
    items = [{"kind": "survey", "text": text} for text in ("fine", "half \ud800")]
    assert voc.batch(items)["accepted"] == 1


def test_every_post_has_a_key_that_its_repetitions_keep() -> None:
    service = Service(httpx.Response(503), httpx.ConnectError("no"), ok())
    service.client().submit_survey("x")
    service.client().submit_survey("x")
    keys = [request.headers["idempotency-key"] for request in service.requests]
    assert keys[0] == keys[1] == keys[2] != keys[3]


def test_a_key_of_ones_own_makes_two_calls_one_request(voc: Verbatim) -> None:
    first = voc.submit_ticket("Late.", idempotency_key="event-1")
    assert voc.submit_ticket("Late.", idempotency_key="event-1")["id"] == first["id"]
    items = [{"kind": "survey", "text": "fine"}]
    once = voc.batch(items, idempotency_key="event-2")
    assert voc.batch(items, idempotency_key="event-2") == once
    assert len(voc.list_feedback()["items"]) == 2


@pytest.mark.parametrize("key", ["é", "事件", "\ud800", "event 1"])
def test_a_key_that_is_none_is_refused_with_the_rule(voc: Verbatim, key: str) -> None:
    with pytest.raises(VerbatimError, match=r"Idempotency-Key must match") as caught:
        voc.submit_survey("Late.", idempotency_key=key)
    assert caught.value.status == 422


def test_it_erases_an_item_and_a_customer(voc: Verbatim) -> None:
    customer = "a/b c?"
    id = voc.submit_survey("The checkout is broken.", wait_s=10)["id"]
    for _ in range(2):
        voc.submit_survey("Fine.", customer=customer)
    assert voc.erase(id) == {"feedback": 1, "mentions": 1}
    assert voc.erase(id) == {"feedback": 0, "mentions": 0}
    assert voc.erase_customer(customer)["feedback"] == 2
    assert voc.list_feedback()["items"] == []


@pytest.mark.parametrize("id", ["", "..", "r/1", "r-1042"])
def test_it_erases_nothing_by_what_is_no_id(id: str) -> None:
    service = Service(ok())
    with service.client() as voc, pytest.raises(VerbatimError, match="not a feedback id"):
        voc.erase(id)
    assert service.requests == []


def test_an_id_is_one_part_of_a_path() -> None:
    service = Service(ok())
    with service.client() as voc:
        voc.feedback("r/1?")
        voc.pain_point("../x")
        voc.evidence("a#b")
    assert [request.url.raw_path.decode() for request in service.requests] == [
        "/v1/feedback/r%2F1%3F",
        "/v1/pain-points/..%2Fx",
        "/v1/pain-points/a%23b/mentions",
    ]


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "7"}, 7, 7),
        ({"Retry-After": "99999"}, 60, 60),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0, 0.5),
        ({"Retry-After": "soon"}, 0.25, 0.5),
        ({}, 0.25, 0.5),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_it_is_told(
    status: int, headers: dict[str, str], least: float, most: float
) -> None:
    service = Service(httpx.Response(status, headers=headers), ok())
    assert service.client().journey() == {"fine": True}
    [pause] = service.pauses
    assert least <= pause <= most


def test_it_gives_up_after_some_tries() -> None:
    service = Service(httpx.Response(429, json={"detail": "wait", "code": "too_many_requests"}))
    with pytest.raises(VerbatimError, match="wait") as caught:
        service.client(tries=3).journey()
    assert caught.value.code == "too_many_requests"
    assert (len(service.requests), len(service.pauses)) == (3, 2)


def test_a_service_that_is_not_there_is_told_with_its_address() -> None:
    service = Service(httpx.ConnectError("refused"))
    with pytest.raises(VerbatimError, match=r"voc\.test") as caught:
        service.client(tries=2).journey()
    assert (caught.value.status, caught.value.code) == (None, "")


def test_other_errors_are_not_tried_again() -> None:
    service = Service(httpx.Response(500, text="oops"))
    with pytest.raises(VerbatimError, match="500"):
        service.client().journey()
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    "error",
    [httpx.UnsupportedProtocol("no http://"), httpx.LocalProtocolError("illegal header")],
)
def test_what_can_never_be_sent_is_not_tried_again(error: Exception) -> None:
    service = Service(error)
    with pytest.raises(VerbatimError, match=str(error)):
        service.client().journey()
    assert (len(service.requests), service.pauses) == (1, [])


@pytest.mark.parametrize(
    ("url", "key"), [("http://::1:8000", "k"), ("http://voc.test", "voc_…")], ids=["url", "key"]
)
def test_what_is_no_url_or_key_is_told(url: str, key: str) -> None:
    with pytest.raises(VerbatimError, match=r"is not a valid URL|characters"):
        Verbatim(url, key=key)


def test_why_it_pauses_is_noticed() -> None:
    noticed: list[str] = []
    service = Service(httpx.ConnectError("refused"), httpx.Response(503), ok())
    service.client(notice=noticed.append).journey()
    assert noticed == [
        "http://voc.test can't be reached (refused), trying again",
        "http://voc.test answers 503, trying again",
    ]


PORTAL = httpx.Response(200, html="<h1>Sign in to the guest network</h1>")


@pytest.mark.parametrize("answer", [PORTAL, httpx.Response(204), ok([1]), ok("fine")])
def test_a_success_that_is_not_the_apis_is_an_error(answer: httpx.Response) -> None:
    with pytest.raises(VerbatimError, match="is not this API") as caught:
        Service(answer).client().submit_survey("x")
    assert caught.value.status == answer.status_code


@pytest.mark.parametrize("answer", [PORTAL, ok()])
def test_an_export_that_is_not_the_apis_is_not_written(answer: httpx.Response) -> None:
    file = io.BytesIO()
    with pytest.raises(VerbatimError, match="is not this API"):
        Service(answer).client().export("mentions", file)
    assert file.getvalue() == b""


@pytest.mark.parametrize(
    "body", [[], "no", None, {"invalid_params": None}, {"invalid_params": ["x"]}, {"detail": None}]
)
def test_a_refusal_in_another_form_is_raised_all_the_same(body: Any) -> None:
    service = Service(httpx.Response(502, json=body))
    with pytest.raises(VerbatimError, match="502: Bad Gateway") as caught:
        service.client().journey()
    assert caught.value.code == ""


def test_filters_may_be_times_and_numbers() -> None:
    service = Service(ok())
    since, until = datetime(2026, 3, 1, tzinfo=UTC), date(2026, 4, 1)
    service.client().mentions(since=since, until=until, severity=[2, 3], least=0.5)
    assert dict(service.requests[0].url.params) == {
        "since": "2026-03-01T00:00:00+00:00",
        "until": "2026-04-01",
        "severity": "2,3",
        "least": "0.5",
    }


def test_filters_are_sent_with_commas_and_without_nothing() -> None:
    service = Service(ok())
    service.client().list_feedback(
        kind=["survey", "review"], stage=None, limit=3, rating_conflict=True, source=["A, B"]
    )
    sent = service.requests[0].url
    assert sent.path == "/v1/feedback"
    assert dict(sent.params) == {
        "kind": "survey,review",
        "limit": "3",
        "rating_conflict": "true",
        "source": r"A\, B",
    }


@pytest.mark.parametrize(
    ("ids", "sent"), [(["a,b", "c"], ["a,b", "c"]), ("a,b", ["a,b"]), ([], [""])]
)
def test_ids_are_sent_as_they_are(ids: str | list[str], sent: list[str]) -> None:
    service = Service(ok())
    service.client().list_feedback(external_id=ids)
    assert service.requests[0].url.params.get_list("external_id") == sent


def test_times_are_sent_with_their_offset() -> None:
    service = Service(ok())
    service.client().batch([{"parts": [{"at": datetime(2026, 3, 1, tzinfo=UTC)}]}])
    sent = json.loads(service.requests[0].content)
    assert sent["items"][0]["parts"][0]["at"] == "2026-03-01T00:00:00+00:00"
