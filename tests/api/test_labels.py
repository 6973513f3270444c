"""Labels that are late, through HTTP and on the command line: drawn, asked, answered; bad input is one sentence."""

import json
from datetime import timedelta

import pytest

from db.session import transaction
from mms.cli.main import main
from mms.domain.members import Member
from mms.usecases.predictions import predict
from tests.http import TestClient
from tests.wards import MARCH, visit

LABELS = "/api/v1/projects/Wards/labels"
MARCH_1 = {"since": "2026-03-01", "until": "2026-03-02"}


@pytest.fixture
def answers(client: TestClient, champion: int, local: Member) -> TestClient:
    """A client of a project with eight answers."""
    with transaction() as session:
        predict(session, local, 1, [visit(100 + i, age=20 + 8 * i) for i in range(8)], MARCH + timedelta(hours=9))
    return client


def test_rows_are_drawn_asked_one_by_one_and_answered(answers: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    draw = answers.post(f"{LABELS}/draws", json=MARCH_1)
    row = answers.post(f"{LABELS}/next").json()["row"]
    told = answers.post(f"{LABELS}/{row['id']}/answer", json={"truth": "yes"})
    assert main(["labels", "next", "Wards"]) == 0
    assert main(["labels", "answer", "Wards", str(row["id"] + 1), "--not-known"]) == 0
    left = answers.post(f"{LABELS}/{row['id'] + 2}/skip")

    assert (draw.status_code, draw.json()["draw"]["frame_n"]) == (201, 8)
    assert (row["classes"], row["left"], told.status_code, left.status_code) == (["no", "yes"], 8, 200, 200)
    found = answers.get(LABELS, params={"metric": "accuracy", "points": 10}).json()
    (one,) = found["draws"]
    assert (one["told"], one["not_known"], one["left"]) == (1, 1, 6)
    assert (found["estimate"]["sampled"], found["estimate"]["labelled"], found["estimate"]["came"]) == (3, 1, None)
    capsys.readouterr()
    assert main(["labels", "list", "Wards", "--metric", "accuracy", "--points", "10", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == found


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("draws", {"since": "2026-03-02", "until": "2026-03-01"}, 422, "holds no day"),
        ("draws", {"since": "2036-03-02", "until": "2036-03-03"}, 409, "No answer of these days waits"),
        ("draws", MARCH_1 | {"count": 0}, 422, "A draw has 1 to 1,000 rows"),
        ("draws", MARCH_1 | {"why": "interesting"}, 422, "why"),
        ("999/answer", {"truth": "yes"}, 404, "Row 999 is not asked for any more"),
        ("undo", None, 409, "nothing here that could be taken back"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    answers: TestClient, path: str, body: dict[str, object] | None, status: int, words: str
) -> None:
    refused = answers.post(f"{LABELS}/{path}", json=body)

    assert refused.status_code == status, refused.text
    assert words in refused.json()["error"]["sentence"]


def test_the_command_line_asks_for_a_truth_or_that_nobody_knows(
    answers: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["labels", "answer", "Wards", "1"]) == 1
    assert main(["labels", "answer", "Wards", "1", "yes", "--not-known"]) == 1
    assert "Say what was true, or --not-known, and not both." in capsys.readouterr().err
    assert main(["labels", "next", "Wards"]) == 0
    assert capsys.readouterr().out == "No row waits for you.\n"
