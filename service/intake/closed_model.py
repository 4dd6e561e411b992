"""Models that reject unknown fields, and suggest the known one that was probably meant."""

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError


def closed_schema(example: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    """What to add to the JSON schema of a ``ClosedModel``."""

    def add(schema: dict[str, Any]) -> None:
        schema["additionalProperties"] = False
        schema["examples"] = [example]

    return add


class ClosedModel(BaseModel):
    """Rejects unknown fields; only after validation, to give a better reason than pydantic's."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"additionalProperties": False})

    @model_validator(mode="after")
    def _knows_every_field(self) -> Self:
        if self.__pydantic_extra__:
            faults = [_unknown(type(self), name) for name in self.__pydantic_extra__]
            raise ValidationError.from_exception_data(type(self).__name__, faults)
        return self


def _unknown(model: type[BaseModel], name: str) -> InitErrorDetails:
    near = get_close_matches(name.lower(), model.model_fields, n=1)
    remedy = f"did you mean '{near[0]}'?" if near else "remove it, or move it into attributes"
    error = PydanticCustomError("unknown_field", "is not known here; {remedy}", {"remedy": remedy})
    return InitErrorDetails(type=error, loc=(name,), input=None)
