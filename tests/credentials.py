"""The keys with which the tests call the API."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keys:
    """Secrets of one workspace's keys, by scope."""

    ingest: str
    read: str
    manage: str


def bearer(secret: str) -> dict[str, str]:
    """The header by which a caller shows its key."""
    return {"Authorization": f"Bearer {secret}"}
