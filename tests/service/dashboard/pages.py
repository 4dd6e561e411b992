"""Opens pages of the dashboard and reads what is on them."""

import html
import re
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from fastapi.testclient import TestClient

PERIOD = {"from": "2026-02-01", "to": "2026-03-31"}
SAME = {"since": "2026-02-01", "until": "2026-04-01"}
"""The same period in pages and in the API."""


def open_page(
    client: TestClient, path: str, params: Mapping[str, str] = PERIOD, status: int = 200
) -> str:
    """The HTML of a page; checks its headers."""
    answer = client.get(path, params=params)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "no-store" in answer.headers["cache-control"]
    assert not re.search(r"<script|\sstyle=|\son\w+=", answer.text)
    own = answer.text.replace(str(client.base_url), "")
    assert not re.search(r"https?://(?!www\.w3\.org)", own)
    return answer.text


def text_of(page: str) -> str:
    """The text of a page, on one line."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page)))


def first_link(page: str, path: str) -> str:
    """The first link whose address begins with ``path``."""
    return html.unescape(re.findall(rf'href="({path}[^"]*)"', page)[0])


def asked(link: str) -> dict[str, str]:
    """The parameters of a link."""
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
