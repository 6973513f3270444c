"""What programs read: typed tables, the registry, translations, and the artifact's digest."""

import base64
import hashlib
import io
from datetime import UTC, datetime

import pandas as pd
import pytest

from db import models as tables
from db.blobs import put_bytes
from db.session import transaction
from mms.domain.runs import FINAL_FIT, FoldResult
from mms.usecases.fitted import fold_row
from tests.http import TestClient

V1 = "/api/v1"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def read(client: TestClient, path: str) -> pd.DataFrame:
    """The Arrow table of an address."""
    answer = client.get(f"{V1}{path}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.apache.arrow.file"
    return pd.read_feather(io.BytesIO(answer.content))


def test_the_model_table_keeps_its_types(client: TestClient, champion: int) -> None:
    frame = read(client, "/projects/Wards/models.arrow?sort=f1&where=f1>0.45")

    assert list(frame["id"]) == [champion]
    assert frame["created"].dtype == "datetime64[us, UTC]"


def test_folds_are_told_in_natural_units_the_final_fit_first(client: TestClient, champion: int) -> None:
    with transaction() as session:
        place = session.get_one(tables.Model, champion).run_triple_id
        for fold, loss in ((0, -0.5), (FINAL_FIT, -0.25)):
            scores = {"f1": 0.8, "log_loss": loss}
            result = FoldResult(fold, 90, 10, 1.5, 0.5, scores, {"f1": 0.9}, 0.25, 7)
            session.add(fold_row(place, result, None))

    frame = read(client, f"/models/{champion}/folds")
    parquet = pd.read_parquet(io.BytesIO(client.get(f"{V1}/models/{champion}/folds?format=parquet").content))

    assert list(frame["fold"]) == [FINAL_FIT, 0]
    assert list(frame["log_loss"]) == [0.25, 0.5]
    assert frame.loc[1, ["n_train", "features", "feature_seconds", "f1", "train_f1"]].tolist() == [
        90,
        7,
        0.25,
        0.8,
        0.9,
    ]
    assert "train_log_loss" not in frame
    pd.testing.assert_frame_equal(parquet, frame)


def test_importances_are_told_where_there_are_some(client: TestClient, champion: int) -> None:
    before = client.get(f"{V1}/models/{champion}/importances")
    weights = pd.DataFrame({"feature": ["age", "ward"], "fold_0": [0.5, 0.25], "final": [0.75, 0.125]})
    with transaction() as session:
        session.get_one(tables.Model, champion).importances_blob = put_bytes(session, weights.to_parquet(), NOW)

    assert (before.status_code, before.json()["error"]["kind"]) == (404, "not found")
    assert "tells no importances" in before.json()["error"]["sentence"]
    pd.testing.assert_frame_equal(read(client, f"/models/{champion}/importances"), weights)


@pytest.mark.parametrize("part", ["folds", "importances", "out-of-fold", "artifact"])
def test_a_model_that_is_not_there_has_no_tables(client: TestClient, champion: int, part: str) -> None:
    answer = client.get(f"{V1}/models/999/{part}")

    assert (answer.status_code, answer.json()["error"]["kind"]) == (404, "not found")


def test_the_artifact_says_its_digest(client: TestClient, champion: int) -> None:
    answer = client.get(f"{V1}/models/{champion}/artifact")

    digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"


@pytest.mark.slow
def test_the_registry_is_told_as_data(client: TestClient, champion: int) -> None:
    steps = {one["name"]: one for one in client.get(f"{V1}/transformers").json()["transformers"]}
    algorithms = {one["name"]: one for one in client.get(f"{V1}/algorithms").json()["algorithms"]}

    assert steps["scale"]["stands_for"] == ["MinMaxScaler", "RobustScaler", "StandardScaler"]
    assert {one["name"] for one in steps["scale"]["parameters"]} == {"method"}
    assert algorithms["logistic"]["tasks"] == ["binary", "multiclass"]
    assert "make" not in algorithms["logistic"]


def test_a_translation_is_of_a_snapshot_of_the_project(client: TestClient, champion: int) -> None:
    pipeline = {"class": "sklearn.linear_model._logistic.LogisticRegression", "parameters": {}}
    path = f"{V1}/projects/Wards/translations"

    foreign = client.post(path, json={"snapshot_id": 99, "objects": [pipeline]})
    nothing = client.post(path, json={"snapshot_id": 1, "objects": []})

    assert [foreign.status_code, nothing.status_code] == [404, 422]
    assert "snapshot 99" in foreign.json()["error"]["sentence"]
