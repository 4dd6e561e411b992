"""Numbers in requests."""

from typing import Any, Final

from pydantic import BeforeValidator


def _no_boolean(value: Any) -> Any:
    """Reject true and false, which Python and pydantic take for 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")
    return value


NoBoolean: Final = BeforeValidator(_no_boolean)
"""Makes a number field reject true and false."""
