"""An answer that has not changed is not sent again."""

from datetime import UTC, datetime

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient
from pydantic import BaseModel

from service.web.conditional import conditional, etag, matches


class Answer(BaseModel):
    as_of: datetime
    items: list[int]


def answer(second: int, *items: int) -> Answer:
    return Answer(as_of=datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC), items=list(items))


def test_tag_follows_the_content_but_not_the_clock() -> None:
    assert etag(answer(1, 5)) == etag(answer(2, 5)) != etag(answer(1, 6))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, False),
        ("", False),
        ("*", True),
        ('W/"a"', True),
        ('"a"', True),
        ('"b", W/"a"', True),
        ('"b"', False),
    ],
)
def test_if_none_match(header: str | None, expected: bool) -> None:
    assert matches(header, 'W/"a"') is expected


def test_second_read_is_304_without_a_body() -> None:
    app = FastAPI()

    @app.get("/")
    def read(request: Request) -> Response:
        return conditional(request, answer(1, 5))

    client = TestClient(app)
    first = client.get("/")
    assert first.json()["items"] == [5]
    second = client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (second.status_code, second.content) == (304, b"")
    assert second.headers["etag"] == first.headers["etag"]
    assert "private" in second.headers["cache-control"]
