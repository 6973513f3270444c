"""Searches over REST: a race and trials are launched, a wrong one is a sentence."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mms.domain.members import Member
from tests.http import TestClient
from tests.trained import a_project, a_snapshot

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RECIPE = {"name": "plain", "branches": [{"columns": "numeric", "steps": [{"transformer": "impute", "parameters": {}}]}]}
SPACE = {"tree": {"recipes": [RECIPE], "values": {"max_depth": {"low": 2, "high": 12}}}}


@pytest.mark.parametrize(
    ("search", "status", "triples"),
    [
        ({"kind": "halving"}, 201, 6),
        ({"kind": "trials", "trials": 4, "space": SPACE}, 201, 5),
        ({"kind": "trials", "trials": 4}, 422, None),
        ({"kind": "halving", "factor": 99}, 422, None),
        ({"kind": "guessing"}, 422, None),
    ],
)
@pytest.mark.slow
def test_a_search_is_launched_as_it_was_asked_for_or_refused(
    client: TestClient, local: Member, tmp_path: Path, search: dict[str, object], status: int, triples: int | None
) -> None:
    project = a_project(local, tmp_path, NOW)
    snapshot = a_snapshot(local, project, NOW)

    launched = client.post("/api/v1/projects/Points/runs", json={"snapshot_id": snapshot.id, "search": search})

    assert launched.status_code == status, launched.text
    runs = client.get("/api/v1/projects/Points/runs").json()["runs"]
    assert [run["triples"] for run in runs] == ([] if triples is None else [triples])
