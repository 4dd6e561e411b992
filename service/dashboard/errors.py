"""Errors of the dashboard."""

from service.errors import Forbidden


class CrossSiteRequest(Forbidden):
    """This request came from another site; open the page itself and try again."""
