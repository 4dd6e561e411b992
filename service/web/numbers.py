"""Numbers as they are sent."""

from typing import Any, Final

from pydantic import BeforeValidator


def _no_boolean(value: Any) -> Any:
    """Python takes true for 1, and pydantic with it."""
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")
    return value


NoBoolean: Final = BeforeValidator(_no_boolean)
"""Makes a number refuse true and false."""
