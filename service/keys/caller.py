"""Who makes a request."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.api_key import ApiKey


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller: a key, its scopes, and the workspace it belongs to.

    ``rate_per_minute`` is ``None`` for a key without a limit.
    """

    workspace_id: UUID
    key_id: UUID
    scopes: frozenset[str]
    origins: frozenset[str] = frozenset()
    rate_per_minute: int | None = None
    expires_at: datetime | None = None

    @property
    def browser_key_id(self) -> UUID | None:
        """The key's id, if it has origins and is therefore public."""
        return self.key_id if self.origins else None

    @classmethod
    def of(cls, key: ApiKey, browser_rate: int | None = None) -> "Caller":
        """The caller with ``key``; ``browser_rate`` limits a key with origins and no limit of its
        own.
        """
        return cls(
            workspace_id=key.workspace_id,
            key_id=key.id,
            scopes=frozenset(key.scopes),
            origins=frozenset(key.origins),
            rate_per_minute=key.rate_per_minute or (browser_rate if key.origins else None),
            expires_at=key.expires_at,
        )
