"""A signed-in visitor."""

import pytest
from fastapi.testclient import TestClient

from tests.callers import Keys


def enter(client: TestClient, secret: str) -> TestClient:
    """Sign in with a key."""
    answer = client.post("/sign-in", data={"key": secret}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return client


@pytest.fixture
def visitor(client: TestClient, keys: Keys) -> TestClient:
    """A browser with a session of the workspace ``acme``."""
    return enter(client, keys.read)
