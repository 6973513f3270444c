"""Back-tests over REST: planned, asked for, replayed with rules to try, deleted."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.queries.models import best_models
from db.session import transaction
from mms.domain.members import Member
from mms.domain.promotions import Seating
from mms.domain.runs import Launch
from mms.usecases.promotions import promote
from mms.usecases.runs import launch_run
from tests.backtested import fit_past
from tests.http import TestClient
from tests.trained import a_project, a_snapshot, triple_of, work_off

POINTS = "/api/v1/projects/Points/backtests"
TEN = {"period": "rows", "rows": 13, "lead": 3}


@pytest.mark.slow
def test_the_past_is_fitted_once_and_rules_are_tried_on_it(client: TestClient, local: Member, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    project = a_project(local, tmp_path, now)
    early = client.post(f"{POINTS}/plan", json=TEN)
    snapshot = a_snapshot(local, project, now)
    with transaction() as session:
        launch_run(session, local, Launch(snapshot.id, (triple_of(project, snapshot, "logistic"),)), now)
    work_off(now)
    with transaction() as session:
        promote(session, local, Seating(best_models(session, project.id)[0].id, "the best"), now)

    plan = client.post(f"{POINTS}/plan", json=TEN).json()["plan"]
    asked = client.post(POINTS, json=TEN)
    waits = client.post("/api/v1/backtests/1/replay", json={})
    busy = client.delete("/api/v1/backtests/1")
    fit_past(datetime.now(UTC))
    rule = {"kind": "size", "threshold": 26, "cooldown_days": 0}
    body = {"metric": "accuracy", "rules": [rule], "seed": 7}
    found, again = (client.post("/api/v1/backtests/1/replay", json=body).json()["replays"] for _ in range(2))
    unknown = client.post("/api/v1/backtests/1/replay", json={"metric": "rmse"})
    deleted, gone = client.delete("/api/v1/backtests/1"), client.post("/api/v1/backtests/1/replay", json={})

    assert early.status_code == 409
    assert (plan["periods"], plan["fits"]) == (10, 8)
    assert (asked.status_code, asked.json()["backtest"]["state"]) == (202, "queued")
    assert (waits.status_code, busy.status_code, unknown.status_code) == (409, 409, 422)
    assert "not fitted yet (0 of 8)" in waits.json()["error"]["sentence"]
    assert found == again
    assert [len(one["retrainings"]) for one in found["policies"]] == [0, 6, 3, 1, 3]
    assert found["policies"][-1]["name"] == "size (tried rule 1)"
    assert (deleted.status_code, gone.status_code) == (200, 404)
    assert client.get(POINTS).json()["backtests"] == []
