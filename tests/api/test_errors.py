"""Refusals: one shape, one sentence, nothing echoed, no stack trace."""

import logging

import pytest
from fastapi import FastAPI

from mms.api.errors import translate_errors
from mms.api.limits import BODY_BYTES
from mms.domain.errors import Conflict, Forbidden, Invalid, MmsError, NotFound, Unavailable
from tests.http import TestClient

ASK = "/api/v1/projects/Wards/predictions"


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (Invalid("This is wrong."), 422, "invalid"),
        (NotFound("This is not there."), 404, "not found"),
        (Conflict("This is refused now."), 409, "conflict"),
        (Forbidden("This is not for you."), 403, "forbidden"),
        (Unavailable("The store is away."), 503, "unavailable"),
    ],
)
def test_a_refusal_keeps_its_kind_and_its_sentence(error: MmsError, status: int, kind: str) -> None:
    app = FastAPI()
    translate_errors(app)

    @app.get("/")
    def refuse() -> None:
        raise error

    answer = TestClient(app).get("/")

    assert answer.status_code == status
    assert answer.json() == {"error": {"kind": kind, "sentence": str(error)}}


def test_a_bug_answers_with_a_number_that_the_log_knows(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI()
    translate_errors(app)

    @app.get("/")
    def break_down() -> None:
        raise ZeroDivisionError("the secret")

    with caplog.at_level(logging.ERROR):
        answer = TestClient(app, raise_server_exceptions=False).get("/")

    assert answer.status_code == 500
    error = answer.json()["error"]
    assert error["kind"] == "internal"
    assert "secret" not in answer.text
    assert error["sentence"].rstrip(".").split()[-1] in caplog.text


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"rows": [', "no JSON"),
        (b'{"rows": []}', "'body.rows'"),
        (b'{"rows": [{"features": {}}]}', "'body.rows.0.entity'"),
        (b'{"rows": [{"entity": {}, "label": "hush"}]}', "'body.rows.0.label'"),
        (b'{"rows": [{"entity": {}, "at": "2026-01-01T00:00:00"}]}', "'body.rows.0.at'"),
        (b'["hush"]', "'body'"),
    ],
)
def test_a_wrong_body_gets_one_sentence_that_names_the_place(client: TestClient, body: bytes, place: str) -> None:
    answer = client.post(ASK, content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 422
    assert place in answer.json()["error"]["sentence"]
    assert "hush" not in answer.text


@pytest.mark.slow
def test_too_many_rows_are_refused(client: TestClient) -> None:
    answer = client.post(ASK, json={"rows": [{"entity": {"patient": 1}}] * 1001})

    assert answer.status_code == 422
    assert "1000" in answer.json()["error"]["sentence"]


def test_a_body_above_the_cap_is_refused_announced_or_not(client: TestClient) -> None:
    announced = client.post(ASK, content=b" " * (BODY_BYTES + 1), headers={"content-type": "application/json"})
    chunks = (b" " * (1 << 20) for _ in range((BODY_BYTES >> 20) + 1))
    streamed = client.post(ASK, content=chunks, headers={"content-type": "application/json"})

    assert [announced.status_code, streamed.status_code] == [413, 413]
    assert announced.json()["error"]["kind"] == streamed.json()["error"]["kind"] == "too large"


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/api/v1/nothing", 404), ("PUT", "/api/v1/health", 405)]
)
def test_a_wrong_address_gets_the_same_shape(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)

    assert answer.status_code == status
    assert "openapi.json" in answer.json()["error"]["sentence"]
