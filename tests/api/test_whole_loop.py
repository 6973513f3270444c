"""The whole loop over HTTP alone: a file becomes a project, a snapshot, models, a champion, answers, and new rows."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mms.api.limits import BODY_BYTES
from tests.http import TestClient
from tests.trained import points, work_off

NOW = datetime.now(UTC).replace(microsecond=0)
V1 = "/api/v1"
OF_FILE = {"name": "Points", "target": "side", "key": "id", "time": "at", "label_time": "", "positive_class": "yes"}
BINARY = {"content-type": "application/octet-stream"}


@pytest.fixture
def csv() -> bytes:
    """Points up to a moment ago."""
    return points(NOW).to_csv(index=False).encode()


@pytest.fixture
def project(client: TestClient, csv: bytes) -> str:
    """The address of the project that was made of the file."""
    made = client.post(f"{V1}/projects/from-file", params=OF_FILE, content=csv, headers=BINARY)
    assert made.status_code == 201, made.text
    return f"{V1}/projects/Points"


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.slow
def test_the_loop_runs_over_rest_alone(client: TestClient, project: str) -> None:
    snapshot = ok(client.post(f"{project}/snapshots", json={}), 201)["snapshot"]
    triple = {"recipe": _recipe(), "algorithm": "logistic", "hyperparameters": {}}
    launch = {"snapshot_id": snapshot["id"], "triples": [triple]}
    run = ok(client.post(f"{project}/runs", json=launch), 201)["run"]
    work_off(datetime.now(UTC))
    number = ok(client.get(f"{V1}/runs/{run}"))["run"]["run"]["number"]
    best = ok(client.get(f"{project}/models", params={"where": f"run = {number}"}))["models"][0]
    ok(client.post(f"{V1}/models/{best['id']}/promotions", json={"reason": "the first one"}), 201)
    asked = {"rows": [{"entity": {"id": "new"}, "features": {"x": 1.5, "y": 0.5}}]}
    (answer,) = ok(client.post(f"{project}/predictions", json=asked), 201)["predictions"]
    said = {"rows": [{"prediction_id": answer["id"], "truth": "yes"}]}
    recorded = ok(client.post(f"{project}/feedback", json=said))
    again = ok(client.post(f"{project}/snapshots", json={}), 201)["snapshot"]

    rows_of_folds(client, best["id"], snapshot["row_count"])
    assert best["algorithm"] == "logistic"
    assert (answer["entity"], answer["scope"], recorded) == ("new", "global", {"recorded": 1})
    assert again["row_count"] == snapshot["row_count"] + 1
    assert ok(client.get(f"{project}/decay"))["decay"]["labelled"] == 1


def rows_of_folds(client: TestClient, model: int, rows: int) -> None:
    """Out-of-fold rows as CSV and as Parquet: the same, one for each row behind the first block of time."""
    as_csv = pd.read_csv(io.BytesIO(client.get(f"{V1}/models/{model}/oof.csv").content))
    as_parquet = pd.read_parquet(io.BytesIO(client.get(f"{V1}/models/{model}/oof.parquet").content))
    pd.testing.assert_frame_equal(as_csv, as_parquet, check_dtype=False)
    assert as_parquet["row"].is_unique
    assert set(as_parquet["fold"]) == set(range(12))
    assert rows * 0.85 < len(as_parquet) < rows


def _recipe() -> dict[str, Any]:
    steps = [{"transformer": name, "parameters": {}} for name in ("impute", "scale")]
    return {"name": "numbers", "branches": [{"columns": "numeric", "steps": steps}]}


BAD_TRIPLES: dict[str, tuple[dict[str, Any], str]] = {
    "unknown algorithm": ({"algorithm": "magic"}, "'magic'"),
    "no name of an algorithm": ({"algorithm": ["logistic"]}, "algorithm"),
    "unknown hyperparameter": ({"hyperparameters": {"charm": 1}}, "no parameter 'charm'"),
    "wrong type": ({"hyperparameters": {"C": "much"}}, "'C' of 'logistic' takes"),
    "wrong shape": ({"hyperparameters": {"C": [1.0]}}, "'C' of 'logistic' takes"),
    "out of range": ({"hyperparameters": {"C": -1.0}}, "'C' of 'logistic' takes"),
    "no hyperparameters": ({"hyperparameters": None}, "triple"),
    "unknown transformer": (
        {
            "recipe": {
                "name": "n",
                "branches": [{"columns": "numeric", "steps": [{"transformer": "x", "parameters": {}}]}],
            }
        },
        "'x'",
    ),
    "no transformer": ({"recipe": {"name": "n", "branches": [{"columns": "numeric", "steps": [7]}]}}, "recipe"),
    "unhashable transformer": (
        {"recipe": {"name": "n", "branches": [{"columns": "x", "steps": [{"transformer": {}, "parameters": {}}]}]}},
        "transformer",
    ),
    "unknown column": ({"recipe": {"name": "n", "branches": [{"columns": ["moon"], "steps": []}]}}, "moon"),
}


@pytest.mark.parametrize("case", BAD_TRIPLES)
def test_a_run_of_a_wrong_triple_is_not_launched(client: TestClient, project: str, case: str) -> None:
    changes, words = BAD_TRIPLES[case]
    snapshot = ok(client.post(f"{project}/snapshots", json={}), 201)["snapshot"]
    triple = {"recipe": _recipe(), "algorithm": "logistic", "hyperparameters": {}} | changes

    answer = client.post(f"{project}/runs", json={"snapshot_id": snapshot["id"], "triples": [triple]})

    assert answer.status_code == 422, answer.text
    assert words in answer.json()["error"]["sentence"]
    assert ok(client.get(f"{project}/runs"))["runs"] == []
    assert ok(client.get(f"{project}/jobs"))["jobs"] == []


def test_groups_and_users_are_answered_by_their_own_champions(client: TestClient, champion: int) -> None:
    wards = f"{V1}/projects/Wards"
    other = next(m["id"] for m in ok(client.get(f"{wards}/models"))["models"] if m["id"] != champion)
    for scope in ("group:ward=south", "user:8"):
        seat = {"reason": "it knows them best", "scope": scope}
        ok(client.post(f"{V1}/models/{other}/promotions", json=seat), 201)

    rows = [
        {"entity": {"patient": patient}, "features": {"ward": ward, "age": 50}}
        for patient, ward in ((7, "north"), (7, "south"), (8, "south"))
    ]
    answers = ok(client.post(f"{wards}/predictions", json={"rows": rows}), 201)["predictions"]
    looked_up = ok(client.get(f"{wards}/predictions/by-entity", params={"patient": 1}))["prediction"]

    assert [a["scope"] for a in answers] == ["global", "group:ward=south", "user:8"]
    assert [a["model"] for a in answers] == [champion, other, other]
    assert (looked_up["scope"], looked_up["model"]) == ("group:ward=south", other)


@pytest.mark.slow
def test_changed_features_change_the_next_answer(client: TestClient, champion: int) -> None:
    wards = f"{V1}/projects/Wards"

    def score() -> float:
        return float(ok(client.get(f"{wards}/predictions/by-entity", params={"patient": 3}))["prediction"]["score"])

    before = score()
    ok(client.patch(f"{wards}/tables/visits/rows", json={"rows": [_visit(age=20)]}))
    younger = score()
    ok(client.put(f"{wards}/tables/visits/rows", json={"rows": [_visit(age=90, ward="north")]}))
    older = score()

    assert younger < before < older


def _visit(**columns: object) -> dict[str, object]:
    return {"patient": 3, "seen_at": "2026-02-04T10:00:00Z", **columns}


def test_several_tables_are_loaded_and_joined(client: TestClient) -> None:
    ok(client.post(f"{V1}/projects", json={"name": "Shops", "task": "regression"}), 201)
    shops = f"{V1}/projects/Shops"
    days = [NOW - timedelta(days=60 - i) for i in range(60)]
    sales = pd.DataFrame({"day": days, "shop": ["a", "b"] * 30, "sold": np.arange(60.0), "open": [8, 9, 10] * 20})
    towns = pd.DataFrame({"shop": ["a", "b"], "people": [1000, 2000]})

    for name, frame, key in (("sales", sales, ["shop"]), ("towns", towns, ["shop"])):
        params = {"name": name, "key": key} | ({"time": "day"} if name == "sales" else {})
        content = frame.to_parquet(index=False) if name == "sales" else frame.to_csv(index=False).encode()
        ok(client.post(f"{shops}/tables", params=params, content=content, headers=BINARY), 201)
    join = {"table": "towns", "on": {"shop": "shop"}}
    draft = {"base": "sales", "target": "sold", "entity_key": ["shop"], "prediction_time": "day", "joins": [join]}
    declared = ok(client.put(f"{shops}/instances", json=draft))["instances"]
    rows = {"extent": "last rows", "amount": 30, "where": [{"column": "shop", "operator": "=", "value": "a"}]}
    taken = ok(client.post(f"{shops}/snapshots", json={"rows": rows, "folds": "shuffled"}), 201)["snapshot"]

    assert ok(client.get(f"{shops}/instances"))["instances"] == declared
    assert [column["name"] for column in taken["schema"]] == ["open", "towns.people"]
    assert (taken["row_count"], taken["fold_plan"]["kind"]) == (30, "shuffled")
    assert ok(client.delete(f"{V1}/snapshots/{taken['id']}")) == {"snapshot": taken["id"]}
    assert ok(client.get(f"{shops}/snapshots")) == {"snapshots": []}


def test_a_project_is_edited_archived_and_deleted(client: TestClient, project: str) -> None:
    policy = {"margin": 0.05, "promotion": "when better", "window_days": 30}
    changed = ok(client.patch(project, json={"description": "two classes", "policy": policy}))["project"]
    ok(client.post(f"{project}/archive"))
    hidden = ok(client.get(f"{V1}/projects"))["projects"]
    ok(client.post(f"{project}/unarchive"))
    shown = ok(client.get(f"{V1}/projects"))["projects"]
    ok(client.delete(project))

    assert (changed["description"], changed["name"]) == ("two classes", "Points")
    assert changed["policy"].items() >= policy.items()
    assert (hidden, [one["name"] for one in shown]) == ([], ["Points"])
    assert client.get(project).status_code == 404


BAD_FILES: dict[str, tuple[dict[str, Any], bytes, str]] = {
    "no body": ({}, b"", "is empty"),
    "no rows": ({}, b"id,side\n", "no rows"),
    "no such target": ({"target": "moon"}, b"id,side\n1,a\n2,b\n", "no column 'moon'"),
    "no such type": ({"type": "id=colour"}, b"id,side\n1,a\n2,b\n", "'colour' is no column type"),
    "wrong encoding": ({}, b"id,side\n1,\xe9\n2,b\n", "Line 2 is not UTF-8"),
    "ragged": ({}, b"id,side\n1,a\n2\n", "Line 3 has 1 values"),
    "duplicated column": ({}, b"id,id\n1,a\n", "two columns 'id'"),
    "mixed types": ({}, b"id,side\n1,1\n2,2\n3,three\n", "mostly numbers, but line 4 has 'three'"),
    "key twice": ({"time": ""}, b"id,side\n1,a\n1,b\n", "id is not unique"),
    "null key": ({"time": ""}, b"id,side\n1,a\n,b\n", "'id' is empty in line 3"),
    "one class": ({"time": ""}, b"id,side\n1,a\n2,a\n", "one value 'a' only"),
    "unknown parameter": ({"colour": "red"}, b"id,side\n1,a\n2,b\n", "colour"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_makes_no_project(client: TestClient, case: str) -> None:
    params, content, words = BAD_FILES[case]

    answer = client.post(f"{V1}/projects/from-file", params=OF_FILE | params, content=content, headers=BINARY)

    assert (answer.status_code, answer.json()["error"]["kind"]) == (422, "invalid")
    assert words in answer.json()["error"]["sentence"]
    assert ok(client.get(f"{V1}/projects"))["projects"] == []


def test_a_bad_file_makes_no_table(client: TestClient, project: str) -> None:
    before = ok(client.get(f"{project}/tables"))
    tables = f"{project}/tables"

    ragged = client.post(tables, params={"name": "more", "key": "id"}, content=b"id,x\n1,2\n3\n")
    taken = client.post(tables, params={"name": "base", "key": "id"}, content=b"id,x\n1,2\n")
    keyless = client.post(tables, params={"name": "more"}, content=b"id,x\n1,2\n")

    assert [a.status_code for a in (ragged, taken, keyless)] == [422, 409, 422]
    assert ok(client.get(tables)) == before


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("snapshots", {"rows": {"extent": "last days"}}, "needs a whole number"),
        ("snapshots", {"rows": {"where": [{"column": "moon", "operator": "=", "value": 1}]}}, "moon"),
        ("snapshots", {"rows": {"where": [{"column": "x", "operator": "~", "value": 1}]}}, "operator"),
        ("snapshots", {"rows": {"where": [{"column": "x", "operator": ">", "value": 99}]}}, "widen the selection"),
        ("snapshots", {"rows": {"extent": "last rows", "amount": 20}}, "12"),
        ("snapshots", {"folds": "by magic"}, "folds"),
    ],
)
def test_a_snapshot_of_nothing_is_not_taken(
    client: TestClient, project: str, path: str, body: dict[str, Any], words: str
) -> None:
    answer = client.post(f"{project}/{path}", json=body)

    assert answer.status_code == 422
    assert words in answer.json()["error"]["sentence"]
    assert ok(client.get(f"{project}/snapshots"))["snapshots"] == []


def test_a_file_may_be_larger_than_other_bodies_and_is_gone_afterwards(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "uploads"))
    (tmp_path / "uploads").mkdir()
    line = b"1," + b"x" * 998 + b"\n"

    def blocks() -> Iterator[bytes]:
        yield b"id,side\n"
        yield from (line * 1000 for _ in range(1 + BODY_BYTES // 1_000_000))

    answer = client.post(f"{V1}/projects/from-file", params=OF_FILE, content=blocks(), headers=BINARY)

    assert answer.status_code == 422, "it was read, and found to be wrong"
    assert "one value" in answer.json()["error"]["sentence"]
    assert list((tmp_path / "uploads").iterdir()) == []


def test_a_file_above_its_cap_is_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch, csv: bytes) -> None:
    monkeypatch.setattr("mms.api.limits.FILE_BYTES", 1000)

    announced = client.post(f"{V1}/projects/from-file", params=OF_FILE, content=csv)
    streamed = client.post(f"{V1}/projects/from-file", params=OF_FILE, content=iter([csv[:900], csv[900:]]))

    assert [announced.status_code, streamed.status_code] == [413, 413]
    assert ok(client.get(f"{V1}/projects"))["projects"] == []
