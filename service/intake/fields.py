"""The types of the fields of feedback: each rejects what can't be stored and says how to fix it."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, StringConstraints

from nlp import language
from service.clock import MAX_CLOCK_SKEW, now
from service.intake.normalise import normalise
from service.text import is_blank, refuse_unstorable
from service.web.times import in_utc, require_time_text

Channel = Literal[
    "website",
    "on_location",
    "phone",
    "email",
    "social_media",
    "word_of_mouth",
    "mobile_app",
    "review_site",
    "sms",
    "chat",
    "other",
]
DEFAULT_SOURCE: Final = "api"
DEFAULT_CHANNEL: Final = "other"
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
MAX_ATTRIBUTES = 50
MAX_ATTRIBUTE_CHARS = 256
MAX_NUMBER = 1e15
MAX_BLANK_CHARS = 200
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*")


def _storable(text: str) -> str:
    if "\0" in text or not text.isascii():
        refuse_unstorable(text)
    return normalise(text)


def _filled(text: str) -> str:
    if not text:
        raise ValueError("is blank; send a value, or leave the field out")
    return text


def _blank_for_null(value: Any) -> Any:
    return "" if value is None else value


def _none_for_null(value: Any) -> Any:
    return {} if value is None else value


def _null_for_blank(value: Any) -> Any:
    """Forms and templates of ticket tools can't leave a field out.

    Text longer than the limit is not checked, which would take long; no such field accepts it.
    """
    is_short = isinstance(value, str) and len(value) <= MAX_BLANK_CHARS
    return None if is_short and is_blank(value) else value


def _source(value: Any) -> Any:
    return DEFAULT_SOURCE if _null_for_blank(value) is None else value


def _channel(value: Any) -> Any:
    return DEFAULT_CHANNEL if _null_for_blank(value) is None else value


def _scalar(value: Any) -> str | bool | int | float | None:
    if isinstance(value, str):
        if len(value) > MAX_ATTRIBUTE_CHARS:
            raise ValueError(f"is longer than {MAX_ATTRIBUTE_CHARS} characters; shorten it")
        return _storable(value)
    if isinstance(value, int | float) and not abs(value) <= MAX_NUMBER:
        raise ValueError("is not a finite number of at most 15 digits; send it as text")
    if value is not None and not isinstance(value, bool | int | float):
        raise ValueError("must be a text, a number, true, false or null, not nested")
    return value


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("has no UTC offset; add one, such as Z or +02:00")
    return in_utc(value)


def _plausible(value: datetime) -> datetime:
    if value < EARLIEST:
        raise ValueError(
            f"is in {value.year}; dates before 1990 are rejected, because they are nearly "
            "always a missing or wrongly scaled unix time. Leave the field out if it is unknown"
        )
    if value > now() + MAX_CLOCK_SKEW:
        raise ValueError(
            f"is in the future ({value.date()}); send the moment the feedback was given, "
            "or leave the field out"
        )
    return value


def _language(tag: str) -> str:
    match = _LANGUAGE.fullmatch(tag)
    if match is None:
        raise ValueError("must be a language tag such as en, de or pt-BR")
    return tag.replace("_", "-")


def _few(attributes: dict[str, Any]) -> dict[str, Any]:
    if len(attributes) > MAX_ATTRIBUTES:
        raise ValueError(f"has {len(attributes)} keys; at most {MAX_ATTRIBUTES} are accepted")
    return attributes


LongText = Annotated[
    str,
    AfterValidator(_storable),
    BeforeValidator(_blank_for_null, json_schema_input_type=str | None),
]
"""Text of any length: Unicode without NUL and lone surrogates, normalised."""

Line = Annotated[str, StringConstraints(max_length=1000), AfterValidator(_storable)]
Name = Annotated[
    str, StringConstraints(max_length=100), AfterValidator(_storable), AfterValidator(_filled)
]
Reference = Annotated[
    str,
    Field(coerce_numbers_to_str=True),
    StringConstraints(max_length=200),
    AfterValidator(_storable),
    AfterValidator(_filled),
]
Language = Annotated[str, StringConstraints(max_length=35), AfterValidator(_language)]
Time = Annotated[datetime, BeforeValidator(require_time_text), AfterValidator(_aware)]
OccurredAt = Annotated[Time, AfterValidator(_plausible)]

NullForBlank = BeforeValidator(_null_for_blank)
"""Turns blank text into null, in a field that may be null."""
SourceName = Annotated[Name, BeforeValidator(_source, json_schema_input_type=Name | None)]
ChannelOrDefault = Annotated[
    Channel, BeforeValidator(_channel, json_schema_input_type=Channel | None)
]
"""A channel; if it is null or blank, the default channel."""

AttributeKey = Annotated[
    str, StringConstraints(max_length=64), AfterValidator(_storable), AfterValidator(_filled)
]
Scalar = str | bool | int | float | None
AttributeValue = Annotated[Scalar, PlainValidator(_scalar, json_schema_input_type=Scalar)]
_Attributes = dict[AttributeKey, AttributeValue]
Attributes = Annotated[
    _Attributes,
    AfterValidator(_few),
    BeforeValidator(_none_for_null, json_schema_input_type=_Attributes | None),
]


def primary_language(tag: str | None) -> str:
    """The language of a tag as analyses name it; ``und`` if there is none."""
    return language.normalize(tag) if tag else language.UNDETERMINED


def country_of(tag: str | None, attributes: dict[str, Any]) -> str | None:
    """The ISO 3166 country of a tag such as de-AT, else of the attribute ``country``."""
    parts = tag.split("-")[1:] if tag else []
    candidates = [*parts, attributes.get("country")]
    return next(
        (
            text.upper()
            for text in candidates
            if isinstance(text, str) and len(text) == 2 and text.isascii() and text.isalpha()
        ),
        None,
    )
