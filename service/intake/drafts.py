"""Turns what was sent into the row that is stored: redacted, hashed, explicit labels resolved."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json

from nlp.language import detect
from service.db import Database
from service.errors import InvalidParam, InvalidRequest
from service.intake.fields import country_of, primary_language
from service.intake.normalise import plain_text
from service.intake.ratings import RatingIn
from service.intake.schemas import FeedbackIn, TicketIn
from service.journey.mapping import JourneyMap
from service.journey.service import current_map
from service.redaction.phones import UNKNOWN_LANGUAGE, regions_for
from service.redaction.text import has_numbers, redact
from service.references import is_anonymous, pseudonym, salt_of, stored_id, stored_source
from service.text import is_blank, is_missing

Row = dict[str, Any]
ExternalKey = tuple[UUID, str, str]

EMPTY: Final = "is empty; send the customer's words, or a rating"
TOO_LONG: Final = "has {:,} characters; at most {:,} are accepted, so split it"
MAX_INLINE_CHARS: Final = 5000
"""Building a draft of this much text takes well under a millisecond, if it has no numbers …"""
MAX_INLINE_CHARS_WITH_NUMBERS: Final = 200
"""… or only in this much of it …"""
MAX_INLINE_DIGITS: Final = 24
"""… and at most as many digits as two phone numbers have: a millisecond or two."""

_NO_CONTENT: Final = ("content_hash", "workspace_id", "browser_key_id")
_NO_RATING: Final[Row] = dict.fromkeys(
    ("rating_value", "rating_min", "rating_max", "rating_scale", "rating_norm")
)


@dataclass(slots=True)
class Draft:
    """A feedback row before it has an id. ``row`` holds every column that a sender determines.

    ``row["occurred_at"]`` is ``None`` if it was not sent. ``sent_as`` has the source and the
    external id as sent.
    """

    row: Row
    sent_as: tuple[str, str | None]

    @property
    def external_key(self) -> ExternalKey | None:
        """Identifies repeated deliveries of the same item; ``None`` without an external id."""
        if self.row["external_id"] is None:
            return None
        return self.row["workspace_id"], self.row["source"], self.row["external_id"]

    @property
    def former_key(self) -> ExternalKey | None:
        """The key with references as sent, as older versions stored them; ``None`` if it is the
        same.
        """
        source, external_id = self.sent_as
        if external_id is None:
            return None
        key = self.row["workspace_id"], source, external_id
        return None if key == self.external_key else key


def content_hash(row: Row) -> str:
    """SHA-256 of everything that the sender can change, in its stored (redacted) form and this
    order.
    """
    content = {name: value for name, value in row.items() if name not in _NO_CONTENT}
    return sha256(to_json(content)).hexdigest()


class DraftBuilder:
    """Creates drafts for one workspace; ``browser_key_id`` is the key of the sender if it is
    public.
    """

    def __init__(
        self,
        database: Database,
        workspace_id: UUID,
        max_text_chars: int,
        browser_key_id: UUID | None = None,
    ) -> None:
        self._database = database
        self._workspace_id = workspace_id
        self._max_text_chars = max_text_chars
        self._browser_key_id = browser_key_id

    def build(self, item: FeedbackIn) -> Draft:
        """The row for a validated item.

        Raises:
            InvalidRequest: there are no words, or too many; the stage or touchpoint is not known.
        """
        words = item.words
        if is_blank(words):
            words = ""
        if not words and item.rating is None:
            raise _refused(EMPTY)
        if len(words) > self._max_text_chars:
            raise _refused(TOO_LONG.format(len(words), self._max_text_chars))
        regions = _Regions(item, words)
        row = self._sent(item, regions) | _text_columns(item, words, regions) | _rating(item.rating)
        row["content_hash"] = content_hash(row)
        row["workspace_id"] = self._workspace_id
        row["browser_key_id"] = self._browser_key_id
        return Draft(row, (item.source, item.external_id))

    def may_build_inline(self, item: FeedbackIn) -> bool:
        """Whether ``build`` needs no query and little time, so that an event loop may call it."""
        if item.stage or item.touchpoint or item.customer or item.kind == "ticket":
            return False
        if not all(map(is_anonymous, _references(item))):
            return False
        attributes = (value for value in item.attributes.values() if isinstance(value, str))
        texts = [item.text, item.subject or "", item.question or "", *attributes]
        may_be_html = any("<" in text for text in texts)
        if may_be_html or sum(map(len, texts)) > MAX_INLINE_CHARS:
            return False
        numbered = "".join(filter(has_numbers, texts))
        return (
            len(numbered) <= MAX_INLINE_CHARS_WITH_NUMBERS
            and sum(map(str.isdigit, numbered)) <= MAX_INLINE_DIGITS
        )

    def _sent(self, item: FeedbackIn, regions: Iterable[str]) -> Row:
        ticket = item if isinstance(item, TicketIn) else None
        salt = "" if all(map(is_anonymous, _references(item))) else self._salt
        return {
            "kind": item.kind,
            "source": stored_source(salt, item.source),
            "external_id": stored_id(salt, item.external_id) if item.external_id else None,
            "customer_ref": pseudonym(self._salt, item.customer) if item.customer else None,
            "channel": item.channel,
            "language": primary_language(item.language),
            "occurred_at": item.occurred_at,
            "ticket_priority": _redacted(ticket.priority, regions) if ticket else None,
            "ticket_status": _redacted(ticket.status, regions) if ticket else None,
            "stage_sent": self._journey.resolve_stage(item.stage) if item.stage else None,
            "touchpoint_sent": (
                self._journey.resolve_touchpoint(item.touchpoint) if item.touchpoint else None
            ),
        }

    @cached_property
    def _salt(self) -> str:
        return salt_of(self._database, self._workspace_id)

    @cached_property
    def _journey(self) -> JourneyMap:
        with self._database.read() as session:
            return current_map(session, self._workspace_id)


class _Regions:
    """The countries whose phone numbers an item may contain.

    A language that was not sent is detected from the text, which takes time: only at the first
    number.
    """

    def __init__(self, item: FeedbackIn, words: str) -> None:
        self._item = item
        self._words = words

    def __iter__(self) -> Iterator[str]:
        return iter(self._likeliest_first)

    @cached_property
    def _likeliest_first(self) -> tuple[str, ...]:
        tag = self._item.language
        country = country_of(tag, self._item.attributes)
        if tag:
            return regions_for(primary_language(tag), country)
        found = regions_for(detect(self._words), country)
        return tuple(dict.fromkeys((*found, *UNKNOWN_LANGUAGE)))


def _references(item: FeedbackIn) -> list[str]:
    return [item.source, item.external_id] if item.external_id else [item.source]


def _redacted(text: str | None, regions: Iterable[str]) -> str | None:
    return redact(text, regions) if text else None


def _redacted_plain_text(text: str | None, regions: Iterable[str]) -> str | None:
    return redact(plain_text(text), regions) if text else None


def _text_columns(item: FeedbackIn, words: str, regions: Iterable[str]) -> Row:
    return {
        "text": redact(words, regions),
        "subject": _redacted_plain_text(item.subject, regions),
        "question": _redacted_plain_text(item.question, regions),
        "attributes": {
            key: redact(value, regions) if isinstance(value, str) else value
            for key, value in sorted(item.attributes.items())
            if not is_missing(value)
        },
    }


def _rating(rating: RatingIn | None) -> Row:
    if rating is None:
        return _NO_RATING
    least, greatest = rating.bounds
    return {
        "rating_value": rating.value,
        "rating_min": least,
        "rating_max": greatest,
        "rating_scale": rating.scale,
        "rating_norm": rating.normalised,
    }


def _refused(reason: str) -> InvalidRequest:
    return InvalidRequest(invalid_params=[InvalidParam("text", reason)])
