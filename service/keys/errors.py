"""What can go wrong with a key."""

from service.errors import Forbidden, InvalidRequest, NotFound, Unauthenticated


class MistypedKey(Unauthenticated):
    """This key has a typing error: its checksum does not fit; copy it again."""

    code = "mistyped_key"


class KeyExpired(Unauthenticated):
    """This key has expired; make a new one."""

    code = "key_expired"


class OriginNotAllowed(Forbidden):
    """This key may be used from its listed web origins only; add this origin to a new key."""

    code = "origin_not_allowed"


class NotForBrowsers(Forbidden):
    """A key with origins is public: it may post feedback, but not import files; use another key."""

    code = "not_for_browsers"


class KeyNotFound(NotFound):
    """There is no such key in this workspace."""

    code = "key_not_found"


class BrowserKeyScope(InvalidRequest):
    """A key with origins is public: it may have the scope 'ingest' only."""

    code = "browser_key_scope"
