"""Comments, drafts, feed, search and the week over REST: what cannot be gets one sentence, and changes nothing."""

from typing import Any

import pytest

from tests.contents import contents, is_one_sentence
from tests.http import TestClient

API = "/api/v1"
PAST = "2020-01-01T00:00:00Z"


REFUSALS: tuple[tuple[str, str, Any, int, str], ...] = (
    ("POST", "/models/999/comments", {"text": "hello"}, 404, "no model 999"),
    ("POST", "/runs/999/comments", {"text": "hello"}, 404, "no run 999"),
    ("POST", "/models/1/comments", {"text": " "}, 422, "at least one word"),
    ("POST", "/triples/1/comments", {"text": "hello"}, 422, ""),
    ("PATCH", "/comments/999", {"text": "hello"}, 404, "no comment 999"),
    ("PUT", "/snapshots/999/watch", None, 404, "no snapshot 999"),
    ("POST", "/models/2/drafts", {"reason": "x"}, 422, "at least 3 characters"),
    ("POST", "/models/999/drafts", {"reason": "why not"}, 404, "no model 999"),
    ("POST", "/drafts/999/publish", None, 404, "no promotion 999 in preparation"),
    ("POST", "/drafts/1/schedule", {"publish_at": PAST}, 422, "is past"),
    ("POST", "/drafts/1/refuse", {"reason": "not now"}, 409, "only a draft yet"),
    ("POST", "/drafts/1/publish", None, 409, "is not promoted"),
    ("GET", "/activity?after=yesterday", None, 422, "is no place in the feed"),
    ("GET", "/activity?project=Nowhere", None, 404, "no project 'Nowhere'"),
    ("GET", "/find?q=%20", None, 422, "Nothing is looked for"),
    ("PUT", "/projects/Wards/snooze", {"days": -1, "reason": "why not"}, 422, ""),
    ("PUT", "/projects/Wards/snooze", {"days": 7, "reason": "why not"}, 409, "is well"),
)
"""Method, path, body; status, and what the sentence says."""


@pytest.mark.slow
def test_what_cannot_be_gets_one_sentence(client: TestClient, champion: int) -> None:
    assert client.post(f"{API}/models/2/drafts", json={"reason": "its turn"}).status_code == 201
    before = contents()

    for method, path, body, status, told in REFUSALS:
        answer = client.request(method, f"{API}{path}", json=body)
        sentence = answer.json()["error"]["sentence"]
        assert answer.status_code == status, path
        assert told in sentence
        assert is_one_sentence(sentence), sentence
    assert contents() == before


@pytest.mark.slow
def test_script_tags_are_text_everywhere(client: TestClient, champion: int) -> None:
    attack = "<script>alert(1)</script>"
    client.post(f"{API}/models/{champion}/comments", json={"text": attack})

    (group,) = client.get(f"{API}/find", params={"q": "<SCRIPT>"}).json()["groups"]
    page = client.get(f"{API}/weekly.html")

    assert group["finds"][0]["words"] == attack
    assert page.status_code == 200
    assert "<script" not in page.text
    assert client.get(f"{API}/weekly.pdf").content.startswith(b"%PDF")
    assert [watch["subject"]["id"] for watch in client.put(f"{API}/models/2/watch").json()["watches"]] == [2]
