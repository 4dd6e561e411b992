"""Requests and responses of /v1/attributes."""

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from service.rollups.segments import SEPARATOR
from service.text import CleanText, to_nfc

MAX_ATTRIBUTES: Final = 3
"""Maximum number of declared attributes per workspace: each makes writes more expensive."""
EXAMPLE: Final[dict[str, Any]] = {"names": ["persona", "country"]}


def _nameable(name: str) -> str:
    """The name as it is stored with feedback, and compared by filters."""
    name = to_nfc(name).strip()
    if not name:
        raise ValueError("is empty; give a name, or leave it out")
    if SEPARATOR in name:
        raise ValueError(f"must not contain {SEPARATOR!r}")
    return name


Name = Annotated[CleanText, StringConstraints(max_length=64), AfterValidator(_nameable)]


class AttributesIn(BaseModel):
    """The complete list of declared attributes; one that is not in it is no longer declared."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    names: list[Name] = Field(
        max_length=MAX_ATTRIBUTES,
        description="Names of attributes with few values, as sent with feedback.",
    )


class AttributeOut(BaseModel):
    """A declared attribute."""

    name: str
    state: Literal["building", "ready"] = Field(
        description=(
            "`building` until its roll-ups include all feedback; until then, filters on it are "
            "slower."
        )
    )


class AttributesOut(BaseModel):
    """The declared attributes, by name."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {"name": "country", "state": "building"},
                        {"name": "persona", "state": "ready"},
                    ]
                }
            ]
        }
    )

    items: list[AttributeOut]
