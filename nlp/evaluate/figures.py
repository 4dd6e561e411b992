"""Figures as plain data, as they are in the JSON of evaluations."""

from math import isnan
from typing import Any

Figures = dict[str, Any]


def rounded(figures: Figures) -> Figures:
    """The figures with floats rounded to four digits and ``None`` for NaN, at any depth."""
    return {key: _rounded(value) for key, value in figures.items()}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return None if isnan(value) else round(value, 4)
    if isinstance(value, dict):
        return rounded(value)
    if isinstance(value, tuple | list):
        return [_rounded(inner) for inner in value]
    return value
