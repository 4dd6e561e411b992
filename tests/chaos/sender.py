"""Senders as there are outside: they send again what was not acknowledged, until it is."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any, Final

import httpx

from tests.chaos.processes import KEY

KINDS: Final = ("survey", "review", "ticket")
TEXTS: Final = (
    "Checkout refused my card twice. Support sorted it out, thank you!",
    "The parcel came three weeks late and the box was broken.",
    "I love the new app. It is fast and easy to use.",
    "Nobody told me that the price goes up after a year. I will cancel.",
    "Die Lieferung war schnell, aber die Rechnung stimmt nicht.",
    "Setting it up was slow because the manual is bad.",
)


@dataclass(slots=True)
class Ledger:
    """The ids that were acknowledged, by the number of the item; and what was unanswered."""

    acknowledged: dict[int, str] = field(default_factory=dict)
    unanswered: int = 0
    contradictions: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def note(self, number: int, key: str) -> None:
        """Keep an acknowledgement; a second one must name the same id."""
        with self.lock:
            if self.acknowledged.setdefault(number, key) != key:
                self.contradictions.append(f"item {number} has two ids")

    def note_failure(self) -> None:
        """Count a request without an acknowledgement."""
        with self.lock:
            self.unanswered += 1


def body(number: int) -> dict[str, Any]:
    """Item ``number``; every tenth is known by an Idempotency-Key alone."""
    item: dict[str, Any] = {"source": "chaos", "text": f"{TEXTS[number % len(TEXTS)]} ({number})"}
    if not by_idempotency_key(number):
        item["external_id"] = str(number)
    if number % 2:
        item["rating"] = {"value": number % 11, "scale": "nps"}
    return item


def by_idempotency_key(number: int) -> bool:
    """Whether the item has no external id."""
    return number % 10 == 0


def send(
    url: str, numbers: range, ledger: Ledger, may_send: Callable[[int], bool], stop: Event
) -> None:
    """Send the items ``numbers``: parts of it one by one, parts of it in batches."""
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {KEY}"}) as client:
        for part in _parts(numbers):
            while not may_send(part[0]):
                time.sleep(0.02)
            while not stop.is_set() and not _try(client, part, ledger):
                ledger.note_failure()
                time.sleep(0.1)


def _parts(numbers: range) -> Iterator[list[int]]:
    """Two in five items alone, and those without an external id; the others in batches."""
    batch: list[int] = []
    for number in numbers:
        if by_idempotency_key(number) or number % 100 < 40:
            yield from [batch] if batch else []
            batch = []
            yield [number]
        else:
            batch.append(number)
    if batch:
        yield batch


def _try(client: httpx.Client, part: list[int], ledger: Ledger) -> bool:
    try:
        answer = _post_one(client, part[0]) if len(part) == 1 else _post_batch(client, part)
    except httpx.TransportError:
        return False
    if not answer.is_success:
        return False
    given = answer.json()
    items = [given] if len(part) == 1 else given["items"]
    for number, item in zip(part, items, strict=True):
        ledger.note(number, item["id"])
    return True


def _post_one(client: httpx.Client, number: int) -> httpx.Response:
    headers = {"Idempotency-Key": f"chaos-{number}"} if by_idempotency_key(number) else {}
    path = f"/v1/feedback/{KINDS[number % 3]}s"
    return client.post(path, json=body(number), headers=headers)


def _post_batch(client: httpx.Client, numbers: list[int]) -> httpx.Response:
    items = [body(number) | {"kind": KINDS[number % 3]} for number in numbers]
    return client.post("/v1/feedback/batch", json={"items": items})
