"""What can be wrong with a change."""

from service.errors import NotFound


class NoSuchChange(NotFound):
    """There is no such change in this workspace; check the id."""
