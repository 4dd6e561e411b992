"""What the benchmarks send: the demo set, unchanged and varied."""

import json
from typing import Any

from nlp.documents import Document
from service.cli.demo.items import demo_items

Item = dict[str, Any]


def demo_documents() -> list[Document]:
    """The demo set as the analyzer takes it."""
    return [
        Document(
            text=item["text"],
            kind=item["kind"],
            question=item.get("question"),
            subject=item.get("subject"),
        )
        for item in demo_items()
    ]


def surveys(count: int, source: str) -> list[Item]:
    """``count`` distinct survey answers of typical length (the demo surveys, numbered)."""
    answers = [item for item in demo_items() if item["kind"] == "survey"]
    return [
        {
            "source": source,
            "external_id": f"{source}-{number}",
            "text": f"{answer['text']} (case {number})",
            "question": answer.get("question"),
            "rating": {"value": number % 11, "scale": "nps"},
            "channel": "website",
        }
        for number in range(count)
        for answer in (answers[number % len(answers)],)
    ]


def batches(items: list[Item], size: int = 1000) -> list[str]:
    """JSON bodies for /v1/feedback/batch with ``size`` items each."""
    mixed = [{"kind": "survey", **item} for item in items]
    return [
        json.dumps({"items": mixed[start : start + size]}) for start in range(0, len(mixed), size)
    ]
