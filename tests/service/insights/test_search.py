"""Mentions by words and by meaning, on both databases."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, get_args
from uuid import UUID

import numpy as np
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from models.feedback import Feedback
from models.mention import Mention
from models.mention_vector import MentionVector
from models.pain_point import PAIN, PainPoint
from models.types import new_id
from models.workspace import Workspace
from nlp.documents import Document
from nlp.labels import EMOTIONS, INTENTS
from nlp.vectors import packed
from service.db import Database
from service.insights import similarity
from service.insights.journey_cells import cell_id
from service.insights.queries import search
from service.insights.queries.search import Point
from service.insights.search import criteria_of, find
from service.insights.search_params import Emotion, Intent, MentionFilters
from service.insights.words import parse
from service.journey.native import Cell
from tests.credentials import Keys, bearer
from tests.fakes import FakeAnalyzer
from tests.service.insights.conftest import CHECKOUT, PRODUCT, Get
from tests.service.rows import NOON, Said, write

TEXTS = (
    "My card was declined at the last step",
    "Parcel came late and the card was missing",
    "我要退货,客服很慢",
    "ใช้บัตรไม่ได้เลย",
    "Un problème de carte",
    "배송이 늦어요",
    "great😀app, e-mail about foo/bar x²",
)
VERSION = f"1-{'0' * 12}"


@pytest.fixture
def said(database: Database, workspace: Workspace) -> list[UUID]:
    """One item a text, a minute apart, and one with two mentions, the latest."""
    with database.write() as session:
        ids = [
            write(session, workspace.id, [Said(*CHECKOUT, text=part)], occurred_at=later(minute)).id
            for minute, part in enumerate(TEXTS)
        ]
        two = [Said(*PRODUCT, "positive", text="Lovely card"), Said(*CHECKOUT, severity=3)]
        row = write(session, workspace.id, two, occurred_at=later(60), source="app")
    return [*ids, row.id]


def later(minutes: int) -> Any:
    return NOON + timedelta(minutes=minutes)


def all_pages(get: Get, **params: Any) -> Iterator[Any]:
    """One page after the other."""
    answer = get("/v1/mentions", **params)
    yield answer
    while answer["next"]:
        answer = get("/v1/mentions", **params, cursor=answer["next"])
        yield answer


def texts(answer: Any) -> list[str]:
    return [item["text"] for item in answer["items"]]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("card", ["Lovely card", TEXTS[1], TEXTS[0]]),
        ("CARD -parcel -lovely", [TEXTS[0]]),
        ('"last step"', [TEXTS[0]]),
        ('"step last"', []),
        ("declin*", [TEXTS[0]]),
        ("declin", []),
        ('"the last st', []),
        ("退货", [TEXTS[2]]),
        ("货退", []),
        ("บัตร", [TEXTS[3]]),
        ("PROBLEME", [TEXTS[4]]),
        ("problème carte", [TEXTS[4]]),
        ("배송", [TEXTS[5]]),
        ("great", [TEXTS[6]]),
        ("app", [TEXTS[6]]),
        ("e-mail bar", [TEXTS[6]]),
        ("x²", [TEXTS[6]]),
        ("nowhere", []),
    ],
)
def test_words_are_found_in_mentions(get: Get, said: list[UUID], q: str, found: list[str]) -> None:
    assert texts(get("/v1/mentions", q=q)) == found


def test_without_words_the_latest_come_first(get: Get, said: list[UUID]) -> None:
    answer = get("/v1/mentions", limit=3)
    assert texts(answer) == ["Lovely card", "said", TEXTS[6]]
    assert texts(get("/v1/mentions", cursor=answer["next"])) == list(reversed(TEXTS[:6]))


def test_hits_tell_where_the_words_are(get: Get, said: list[UUID]) -> None:
    [hit] = get("/v1/mentions", q="declined step")["items"]
    shown = hit["excerpt"]["text"]
    assert [shown[mark["start"] : mark["end"]] for mark in hit["highlights"]] == [
        "declined",
        "step",
    ]
    assert hit["feedback_id"] == str(said[0])
    assert (hit["ordinal"], hit["stage"], hit["similarity"]) == (0, "purchase", None)


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"sentiment": "positive"}, 1),
        ({"severity": 3}, 1),
        ({"emotion": "frustration,anger"}, 8),
        ({"intent": "praise"}, 0),
        ({"stage": "retention"}, 1),
        ({"touchpoint": "checkout"}, 8),
        ({"source": "app"}, 2),
        ({"since": "2026-03-04T12:05:00Z"}, 4),
        ({"until": "2026-03-04T12:05:00Z"}, 5),
        ({"attr.a": "b"}, 0),
        ({"q": "card", "touchpoint": "checkout"}, 2),
    ],
)
def test_filters_narrow(get: Get, said: list[UUID], filters: dict[str, Any], count: int) -> None:
    assert len(get("/v1/mentions", **filters)["items"]) == count


@pytest.mark.parametrize("few", [0, 1, 20_000])
def test_whatever_leads_the_answer_is_the_same(
    monkeypatch: pytest.MonkeyPatch, get: Get, said: list[UUID], few: int
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    pages = list(all_pages(get, q="card", limit=1))
    seen = [part for page in pages for part in texts(page)]
    assert seen == ["Lovely card", TEXTS[1], TEXTS[0]]
    assert len(get("/v1/mentions", touchpoint="checkout")["items"]) == 8


def test_pages_neither_repeat_nor_skip_at_equal_times(
    get: Get, database: Database, workspace: Workspace
) -> None:
    with database.write() as session:
        for _ in range(3):
            write(session, workspace.id, [Said(*CHECKOUT, text="card")] * 2)
    seen = [
        (item["feedback_id"], item["ordinal"])
        for page in all_pages(get, q="card", limit=2)
        for item in page["items"]
    ]
    assert len(seen) == len(set(seen)) == 6


def test_a_long_search_goes_on_with_the_next_page(
    database: Database, workspace: Workspace, said: list[UUID]
) -> None:
    found: list[UUID] = []
    pages = 0
    after: Point | None = None
    with database.read() as session:
        criteria = criteria_of(session, workspace.id, MentionFilters())
        while pages == 0 or after is not None:
            page = find(session, criteria, parse("c* -parcel"), after, 5, look_through=2)
            found += [point.feedback_id for point in page.points]
            after = page.end
            pages += 1
    assert found == [said[-1], said[4], said[0]]
    assert pages > 1


def test_offsets_and_words_follow_the_text(
    get: Get, database: Database, workspace: Workspace, said: list[UUID]
) -> None:
    with database.write() as session:
        row = session.get(Feedback, (workspace.id, said[0]))
        assert row
        row.text = "My voucher expired and nobody told me"
    assert texts(get("/v1/mentions", q="voucher")) == ["My voucher expired and nobody told me"]
    assert said[0] not in indexed(database, "declined")
    with database.write() as session:
        row = session.get(Feedback, (workspace.id, said[0]))
        assert row
        row.state = "pending"
    assert indexed(database, "voucher") == set()


def test_erased_words_are_found_no_more(
    client: TestClient, keys: Keys, get: Get, said: list[UUID], database: Database
) -> None:
    assert indexed(database, "退货") == {said[2]}
    answer = client.delete(f"/v1/feedback/{said[2]}", headers=bearer(keys.manage))
    assert answer.status_code < 300
    assert indexed(database, "退货") == set()
    assert get("/v1/mentions", q="退货")["items"] == []


def indexed(database: Database, word: str) -> set[UUID]:
    """The items that the index itself has the word of, in whatever workspace."""
    with database.read() as session:
        if database.is_sqlite:
            rows = session.execute(
                text(
                    "SELECT feedback_id FROM word_index LEFT JOIN word_place "
                    "ON word_place.id = word_index.rowid WHERE word_index MATCH :word"
                ),
                {"word": f'"{" ".join(word)}"' if not word.isascii() else word},
            )
        else:
            session.execute(text("SET LOCAL enable_seqscan = off"))
            rows = session.execute(
                text(
                    "SELECT id FROM feedback WHERE state = 'done' AND to_tsvector("
                    "'pg_catalog.simple', verbatim_words(text)) @@ plainto_tsquery("
                    "'pg_catalog.simple', verbatim_words(:word))"
                ),
                {"word": word},
            )
        return {UUID(str(id_)) for (id_,) in rows}


@pytest.mark.usefixtures("vectors")
def test_another_workspace_finds_nothing(client: TestClient, other_keys: Keys) -> None:
    for asked in ("", "?q=card", "?like=card"):
        answer = client.get(f"/v1/mentions{asked}", headers=bearer(other_keys.read))
        assert answer.json()["items"] == []


@pytest.mark.usefixtures("vectors")
def test_nearer_mentions_of_another_workspace_keep_none_of_ones_own_away(
    client: TestClient, database: Database, other_workspace: Workspace, other_keys: Keys
) -> None:
    with database.write() as session:
        said = [Said(*CHECKOUT, text="The card broke")]
        row = write(session, other_workspace.id, said, occurred_at=NOON)
        session.add(vector(row.workspace_id, row.id, "The card broke"))
    asked: dict[str, Any] = {"like": TEXTS[0], "limit": 1}
    answer = client.get("/v1/mentions", params=asked, headers=bearer(other_keys.read))
    assert texts(answer.json()) == ["The card broke"]


@pytest.mark.parametrize("q", ["-card", "!!", " "])
def test_a_search_for_nothing_is_refused(get: Get, q: str) -> None:
    problem = get("/v1/mentions", status=422, q=q)
    assert problem["invalid_params"][0]["name"] == "q"


@pytest.mark.parametrize("other", [{"q": "card"}, {"cursor": "x"}])
def test_likeness_has_its_own_order(get: Get, other: dict[str, str]) -> None:
    problem = get("/v1/mentions", status=422, like="card", **other)
    assert problem["invalid_params"] == [
        {"name": next(iter(other)), "reason": "can't be combined with like"}
    ]


def test_a_text_without_meaning_is_refused(get: Get) -> None:
    assert get("/v1/mentions", status=422, like=" . ")["code"] == "nothing_to_compare"


@pytest.fixture
def vectors(database: Database, workspace: Workspace, said: list[UUID]) -> str:
    """The fake's vectors of what was ``said``, of the version that the engine has."""
    with database.write() as session:
        for id_, part in zip(said, [*TEXTS, "Lovely card"], strict=True):
            session.add(vector(workspace.id, id_, part))
    return VERSION


def vector(workspace_id: UUID, feedback_id: UUID, said: str) -> MentionVector:
    """The vector of an item's first mention."""
    return MentionVector(
        workspace_id=workspace_id,
        feedback_id=feedback_id,
        ordinal=0,
        model_version=VERSION,
        vector=packed(embedding(said)),
    )


def embedding(said: str) -> tuple[float, ...]:
    """The fake's vector of the first mention of a text."""
    [analysis] = FakeAnalyzer().analyze([Document(said)], embeddings=True)
    return analysis.mentions[0].embedding or ()


def test_the_most_similar_mentions_come_first(get: Get, said: list[UUID], vectors: str) -> None:
    answer = get("/v1/mentions", like="card declined last", limit=3)
    assert texts(answer)[0] == TEXTS[0]
    similar = [item["similarity"] for item in answer["items"]]
    assert similar == sorted(similar, reverse=True)
    assert answer["next"] is None
    exact = [item["similarity"] for item in get("/v1/mentions", like=TEXTS[1])["items"]]
    assert exact[0] == pytest.approx(1, abs=0.001)


def test_likeness_keeps_to_the_filters(get: Get, vectors: str) -> None:
    assert texts(get("/v1/mentions", like="card", sentiment="positive")) == ["Lovely card"]
    assert texts(get("/v1/mentions", like="card", source="app")) == ["Lovely card"]
    assert texts(get("/v1/mentions", like="card", touchpoint="website")) == []


def test_vectors_of_another_model_are_not_compared(
    get: Get, database: Database, workspace: Workspace, vectors: str
) -> None:
    with database.write() as session:
        session.execute(text("UPDATE mention_vector SET model_version = 'old'"))
    assert get("/v1/mentions", like="card")["items"] == []


def test_old_mentions_are_found_by_their_theme(
    monkeypatch: pytest.MonkeyPatch,
    get: Get,
    database: Database,
    workspace: Workspace,
    said: list[UUID],
    vectors: str,
) -> None:
    monkeypatch.setattr(similarity, "LATEST", 1)
    monkeypatch.setattr(similarity, "THEMES", 1)
    assert TEXTS[0] not in texts(get("/v1/mentions", like=TEXTS[0]))
    with database.write() as session:
        for part in (TEXTS[0], TEXTS[5]):
            session.add(of_it := theme(workspace.id, part, vectors))
            session.flush()
            mention = session.get(Mention, (workspace.id, said[TEXTS.index(part)], 0))
            assert mention
            mention.pain_point_id = of_it.id
    answer = get("/v1/mentions", like=TEXTS[0])
    assert texts(answer)[0] == TEXTS[0]
    assert answer["items"][0]["pain_point_id"] is not None
    assert TEXTS[5] not in texts(answer)


def test_the_id_of_a_merged_theme_finds_what_it_went_into(
    get: Get, database: Database, workspace: Workspace, said: list[UUID]
) -> None:
    with database.write() as session:
        home, signpost = (theme(workspace.id, title, "1") for title in ("card", "parcel"))
        signpost.merged_into = home.id
        session.add_all([home, signpost])
        session.get_one(Mention, (workspace.id, said[0], 0)).pain_point_id = home.id
        ids = home.id, signpost.id
    for id_ in ids:
        assert texts(get("/v1/mentions", pain_point=str(id_))) == [TEXTS[0]]


def test_what_is_no_theme_is_told(get: Get, workspace: Workspace) -> None:
    for path in ("/v1/mentions", "/v1/exports/mentions"):
        assert get(path, status=404, pain_point=str(new_id()))["code"] == "not_found"
        cell = cell_id(workspace.id, Cell("purchase", "checkout"), PAIN)
        [param] = get(path, status=422, pain_point=str(cell))["invalid_params"]
        assert param["name"] == "pain_point"
        assert "stage=purchase, touchpoint=checkout and sentiment=negative" in param["reason"]


def theme(workspace_id: UUID, title: str, version: str) -> PainPoint:
    """A pain point of the checkout, its middle where ``title`` is."""
    return PainPoint(
        workspace_id=workspace_id,
        stage="purchase",
        touchpoint="checkout",
        sentiment="negative",
        title=title,
        centroid=np.asarray(embedding(title), dtype="<f4").tobytes(),
        model_version=version,
        created_at=NOON,
        updated_at=NOON,
    )


def test_labels_that_can_be_asked_for_are_those_that_there_are() -> None:
    assert get_args(Emotion) == EMOTIONS
    assert get_args(Intent) == INTENTS
