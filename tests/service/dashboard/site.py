"""A shop with half a year of feedback, served by a process of its own."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from datetime import time as midnight
from pathlib import Path
from random import Random
from typing import Final
from uuid import UUID

from sqlmodel import Session

import migrations
from models.change import Change
from models.pain_point import WIN
from models.types import new_id
from service import clock
from service.db import Database
from service.journey.schemas import DefinitionIn
from service.journey.service import put_definition
from service.keys import queries
from service.keys.schemas import NewKey
from service.keys.service import make
from tests.service.rows import Said, rating, theme, write
from tests.service.serving import ROOT, SERVE

KEY: Final = "a-key-of-more-than-twenty-characters"
ODD_KEY: Final = "a-key-of-the-shop-whose-names-are-odd"
DAYS: Final = 180
ITEMS: Final = 120
START_S: Final = 60
HOSTILE: Final = "<script>alert('got you')</script><img src=x onerror=alert(1)>\u202e txet desrever"
ENDLESS: Final = "Donaudampfschifffahrtsgesellschaft" * 40
CHANGED: Final = "One page in place of four"
DECLINED: Final = "Card declined at the last step"
HEBREW: Final = "רכישה"
ARABIC: Final = "التوصيل"
LONG_WORD: Final = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
ODD_NAMES: Final = {
    "preset": "five-stage",
    "stages": [
        {"key": "purchase", "name": HEBREW, "owner": ARABIC},
        {"key": "consideration", "name": LONG_WORD},
    ],
    "touchpoints": [
        {"key": "checkout", "owner": HEBREW},
        {"key": "delivery", "name": ARABIC},
    ],
}
PLACES: Final = (
    ("awareness", "advertising", "positive", 0),
    ("consideration", "website", "negative", 1),
    ("consideration", "pricing", "neutral", 0),
    ("purchase", "checkout", "negative", 2),
    ("purchase", "checkout", "negative", 3),
    ("onboarding", "delivery", "negative", 2),
    ("usage", "product", "positive", 0),
    ("usage", "mobile_app", "negative", 1),
    ("support", "support", "positive", 0),
    ("support", "support", "negative", 2),
    ("advocacy", "word_of_mouth", "positive", 0),
    ("unassigned", "unassigned", "neutral", 0),
)


def days_ago(days: int) -> str:
    """A date in the format of forms."""
    return (clock.now().date() - timedelta(days=days)).isoformat()


def fill(session: Session, workspace: UUID) -> None:
    """Write the feedback: always the same, except that it is relative to today."""
    chance = Random(4)  # noqa: S311 - the same shop every time
    today = datetime.combine(clock.now().date(), midnight(), UTC)
    themes = {
        ("purchase", "checkout", "negative"): theme(
            session, workspace, ("purchase", "checkout"), DECLINED, keywords=["card", "declined"]
        ),
        ("usage", "product", "positive"): theme(
            session, workspace, ("usage", "product"), "Simple to use", sentiment=WIN
        ),
    }
    for number in range(ITEMS):
        said = []
        for place in chance.sample(PLACES, chance.randint(1, 3)):
            *where, sentiment, severity = place
            stage, touchpoint = where
            text = f"What I say of {touchpoint}, number {number}: {sentiment}."
            group = themes.get((stage, touchpoint, sentiment))
            said.append(Said(stage, touchpoint, sentiment, severity, text=text, theme=group))
        hurt = sum(part.sentiment == "negative" for part in said)
        write(
            session,
            workspace,
            said,
            occurred_at=today - timedelta(days=chance.randrange(1, DAYS)),
            source=chance.choice(["web", "app"]),
            channel=chance.choice(["website", "phone", "chat"]),
            language=chance.choice(["en", "de"]),
            attributes={"persona": chance.choice(["smb", "enterprise"])},
            **rating(max(0, min(10, 9 - 3 * hurt + chance.randint(-1, 1))), 0, 10, "nps"),
        )
    for text in (HOSTILE, ENDLESS):
        mention = Said("purchase", "checkout", "negative", 3, confidence=1.0, text=text)
        write(session, workspace, [mention], occurred_at=today, source=text[:40])
    session.add(
        Change(
            workspace_id=workspace,
            title=CHANGED,
            scope={"stage": ["purchase"], "touchpoint": ["checkout"]},
            happened_at=today - timedelta(days=30),
            created_at=today,
            created_by=new_id(),
        )
    )


def fill_oddly(session: Session, workspace: UUID) -> None:
    """Write a little feedback for a journey with names in several scripts and very long names."""
    make(session, workspace, NewKey(name="odd", scopes=["read"]), ODD_KEY)
    put_definition(session, workspace, DefinitionIn.model_validate(ODD_NAMES), lambda _: True)
    today = datetime.combine(clock.now().date(), midnight(), UTC)
    for place in (("purchase", "checkout"), ("purchase", "delivery"), ("consideration", "website")):
        said = [Said(*place, severity=2, text=f"What I say of {place[1]}.")] * 3
        write(session, workspace, said, occurred_at=today - timedelta(days=27), source="web")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the shop's feedback; yields the address."""
    database = Database(f"sqlite:///{folder / 'verbatim.db'}")
    migrations.upgrade(database.url)
    with database.write() as session:
        fill(session, queries.ensure_workspace(session, "default").id)
        fill_oddly(session, queries.ensure_workspace(session, "odd").id)
    database.dispose()
    env = {
        "VOC_DATA_DIR": str(folder),
        "VOC_PORT": "0",
        "VOC_WORKER": "off",
        "VOC_BOOTSTRAP_KEY": KEY,
        "PYTHONUNBUFFERED": "1",
    }
    out, log = folder / "out", folder / "log"
    with out.open("w") as told, log.open("w") as logged:
        command = [sys.executable, "-c", SERVE]
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=told, stderr=logged)
    try:
        yield _address(process, out, log)
    finally:
        process.terminate()
        process.wait()


def _address(process: subprocess.Popen[bytes], out: Path, log: Path) -> str:
    deadline = time.monotonic() + START_S
    while not (found := re.search(r"http://127\.0\.0\.1:\d+", out.read_text())):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    return found[0]
