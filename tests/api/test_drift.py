"""Drift through HTTP and on the command line: the numbers of the chart."""

import json

import pytest

from db import models as tables
from db.session import transaction
from mms.cli.main import main
from mms.domain.drift import FeatureKind
from mms.monitoring.references import learnt
from mms.usecases.drift import count_features
from tests.drifted import a_reference, asked
from tests.http import TestClient
from tests.wards import MARCH

WARDS = "/api/v1/projects/Wards"


def test_drift_tells_each_distance_with_its_limit(
    client: TestClient, champion: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with transaction() as session:
        project_id = session.get_one(tables.Model, champion).project_id
        ages = learnt("age", FeatureKind.NUMBERS, [float(20 + i % 60) for i in range(600)])
        a_reference(session, champion, [ages], MARCH)
        asked(session, project_id, champion, MARCH, {"age": [float(60 + i % 20) for i in range(100)]})
    count_features(transaction, project_id, MARCH)

    given = client.get(f"{WARDS}/drift", params={"since": "2026-03-01", "until": "2026-03-02", "version": 1})
    nobody = client.get(f"{WARDS}/drift", params={"version": 99})
    never = client.get(f"{WARDS}/drift", params={"since": "2026-03-02", "until": "2026-03-01"})

    assert given.status_code == 200, given.text
    drift = given.json()["drift"]
    assert (drift["n"], drift["score"]) == (100, 1.0)
    (age,) = drift["features"]
    assert (age["name"], age["verdict"]) == ("age", "drifted")
    assert age["distances"][0]["name"] == "psi"
    assert age["distances"][0]["value"] > age["distances"][0]["limit"]
    assert drift["sentence"].startswith("1 of 1 features of v1 ")
    assert (nobody.status_code, never.status_code) == (404, 422)

    asking = ["drift", "Wards", "--since", "2026-03-01", "--until", "2026-03-02", "--model", "1"]
    assert main([*asking, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["drift"]["features"] == drift["features"]
    assert main(asking) == 0
    assert capsys.readouterr().out.splitlines()[2].split()[:2] == ["age", "drifted"]
