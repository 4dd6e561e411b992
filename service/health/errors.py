"""Why the service is not ready."""

from service.errors import Unavailable


class NotMigrated(Unavailable):
    """The database's schema is older than this version; run 'voc migrate'."""

    code = "not_migrated"


class ModelNotLoaded(Unavailable):
    """The model is not loaded yet; wait as Retry-After says and ask again."""

    code = "model_not_loaded"
