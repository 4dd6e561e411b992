"""A signed-in visitor."""

import pytest
from fastapi.testclient import TestClient

from tests.credentials import Keys


def sign_in(client: TestClient, secret: str) -> TestClient:
    """Sign in with a key."""
    answer = client.post("/sign-in", data={"key": secret}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return client


@pytest.fixture
def visitor(client: TestClient, keys: Keys) -> TestClient:
    """A browser with a session of the workspace ``acme``."""
    return sign_in(client, keys.read)
