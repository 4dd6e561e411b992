"""Errors about changes."""

from service.errors import NotFound


class NoSuchChange(NotFound):
    """There is no such change in this workspace; check the id."""
