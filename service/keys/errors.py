"""Errors about keys."""

from service.errors import Forbidden, InvalidRequest, NotFound, Unauthenticated


class MistypedKey(Unauthenticated):
    """This key is mistyped: its checksum does not match; copy it again."""

    code = "mistyped_key"


class KeyExpired(Unauthenticated):
    """This key has expired; create a new one."""

    code = "key_expired"


class OriginNotAllowed(Forbidden):
    """This key may only be used from its web origins; create a key that lists this origin."""

    code = "origin_not_allowed"


class NotForBrowsers(Forbidden):
    """A key with origins is public: it may post feedback, but not import files; use another key."""

    code = "not_for_browsers"


class KeyNotFound(NotFound):
    """There is no such key in this workspace."""

    code = "key_not_found"


class BrowserKeyScope(InvalidRequest):
    """A key with origins is public: it may only have the scope 'ingest'."""

    code = "browser_key_scope"
