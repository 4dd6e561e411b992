"""Columns for the declared attributes, after all others."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from service.db import Database
from service.exports.tables import Column
from service.insights.params import ATTRIBUTE
from service.rollups.declared import declared_in


def declared_names(database: Database, workspace_id: UUID) -> Sequence[str]:
    """The names of the declared attributes."""
    with database.read() as session:
        return [each.name for each in declared_in(session, workspace_id)]


def attribute_columns(names: Sequence[str]) -> list[Column]:
    """A column of texts for each attribute, named like its filter: ``attr.persona``."""
    return [Column(ATTRIBUTE + name) for name in names]


def attribute_values(attributes: Mapping[str, Any], names: Sequence[str]) -> list[str | None]:
    """The values of the attributes of one item, as their filters spell them: ``true``, ``12``."""
    return [_spelt(attributes.get(name)) for name in names]


def _spelt(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)
