"""`demo load` and `demo replay`: loaded once, refused without a champion, then walked on by a month."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.session import transaction
from mms.cli.main import main
from mms.demo.load import FIRST_MORNING, load_demo
from mms.usecases.members import ensure_local_admin
from tests.demo.test_replay import seat_a_quick_model

pytestmark = pytest.mark.slow


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, Any]:
    code = main([*argv, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_demo_is_loaded_once_and_walked_on(sqlite_store: str, capsys: pytest.CaptureFixture[str]) -> None:
    loaded, again = run(capsys, "demo", "load"), run(capsys, "demo", "load")
    refused = run(capsys, "demo", "replay")
    waiting = run(capsys, "project", "list")[1]["projects"]
    now = datetime.now(UTC) + timedelta(seconds=1)
    with transaction() as session:
        local = ensure_local_admin(session, now)
    seat_a_quick_model(local, load_demo(transaction, local, now), now)
    played = run(capsys, "demo", "replay", "--months", "1")
    decay = run(capsys, "decay", "Flights")[1]["decay"]

    assert (loaded[0], again[0], loaded[1]["project"]["id"]) == (0, 0, again[1]["project"]["id"])
    assert (refused[0], refused[1]["error"]["kind"]) == (1, "conflict")
    assert "promote a model first" in refused[1]["error"]["sentence"]
    assert [project["clock"] for project in waiting] == [FIRST_MORNING.isoformat()]
    assert (played[0], played[1]["months"]) == (0, 1)
    assert decay["predicted"] == 2_000
    assert 0.9 < decay["labelled"] / decay["predicted"] < 1
    assert run(capsys, "project", "list")[1]["projects"][0]["clock"] == "2013-04-01T00:00:00+00:00"
