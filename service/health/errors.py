"""Why the service is not ready."""

from service.errors import Unavailable


class NotMigrated(Unavailable):
    """The database's schema is older than this version; run 'voc migrate'."""

    code = "not_migrated"
