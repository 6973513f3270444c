"""Predict, tell the truth, update features, delete: through HTTP, on a real store."""

import csv
import io

import pytest

from tests.http import TestClient

WARDS = "/api/v1/projects/Wards"


@pytest.fixture
def prediction(client: TestClient, champion: int) -> int:
    """One stored answer."""
    row = {"entity": {"patient": 100}, "features": {"ward": "north", "age": 80}}
    answer = client.post(f"{WARDS}/predictions", json={"rows": [row]})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["predictions"][0]["id"])


def test_a_row_is_answered_and_stored(client: TestClient, champion: int, prediction: int) -> None:
    stored = client.get(f"/api/v1/predictions/{prediction}").json()["prediction"]

    assert stored["model_id"] == champion
    assert stored["source"] == "rest"
    assert stored["features"]["age"] == 80
    assert stored["answer"]["label"] in ("no", "yes")
    assert stored["answer"]["probabilities"].keys() == {"no", "yes"}


def test_a_project_answers_by_its_id_too(client: TestClient, champion: int, prediction: int) -> None:
    (project,) = client.get("/api/v1/projects").json()["projects"]

    found = client.get(f"/api/v1/projects/{project['id']}/predictions").json()["predictions"]

    assert [one["id"] for one in found] == [prediction]


def test_a_stored_entity_is_looked_up(client: TestClient, champion: int) -> None:
    answer = client.get(f"{WARDS}/predictions/by-entity", params={"patient": "3"})

    assert answer.status_code == 200, answer.text
    found = answer.json()["prediction"]
    stored = client.get(f"/api/v1/predictions/{found['id']}").json()["prediction"]
    assert (found["entity"], stored["features"]["age"]) == ("3", 63.0)


@pytest.mark.parametrize(
    ("features", "word"),
    [
        ({"ward": "north"}, "age"),
        ({"ward": "north", "age": 3, "shoe": 1}, "shoe"),
        ({"ward": "north", "age": "old"}, "age"),
    ],
)
def test_wrong_features_are_named_and_nothing_is_stored(
    client: TestClient, champion: int, features: dict[str, object], word: str
) -> None:
    good = {"entity": {"patient": 1}, "features": {"ward": "north", "age": 3}}
    rows = [good, {"entity": {"patient": 2}, "features": features}]

    answer = client.post(f"{WARDS}/predictions", json={"rows": rows})

    assert answer.status_code == 422
    assert word in answer.json()["error"]["sentence"]
    assert client.get(f"{WARDS}/predictions").json()["predictions"] == []


def test_what_is_not_there_is_not_found(client: TestClient, champion: int) -> None:
    for path in (
        "/api/v1/projects/Nope/predictions",
        f"{WARDS}/predictions/by-entity?patient=999",
        "/api/v1/predictions/999",
        "/api/v1/models/999",
        "/api/v1/runs/999",
        "/api/v1/snapshots/999",
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["error"]["kind"]) == (404, "not found"), path


def test_without_a_champion_nobody_answers(client: TestClient, champion: int) -> None:
    """The project 'Empty' has none."""
    from db.session import transaction
    from mms.domain.projects import ProjectDraft, Task
    from mms.usecases.members import ensure_local_admin
    from mms.usecases.projects import create_project
    from tests.wards import MARCH

    with transaction() as session:
        create_project(session, ensure_local_admin(session, MARCH), ProjectDraft("Empty", Task.BINARY), MARCH)

    answer = client.post("/api/v1/projects/Empty/predictions", json={"rows": [{"entity": {"a": 1}, "features": {}}]})

    assert (answer.status_code, answer.json()["error"]["kind"]) == (409, "conflict")


def test_feedback_is_recorded_and_corrected(client: TestClient, prediction: int) -> None:
    said = {"rows": [{"prediction_id": prediction, "truth": "yes"}]}
    told = client.post(f"{WARDS}/feedback", json=said)
    corrected = client.put(f"{WARDS}/feedback", json={"rows": [{"prediction_id": prediction, "truth": "no"}]})

    assert told.json() == corrected.json() == {"recorded": 1}
    assert client.get(f"/api/v1/predictions/{prediction}").json()["prediction"]["truth"] == "no"


def test_feedback_to_an_unknown_prediction_records_nothing(client: TestClient, prediction: int) -> None:
    rows = [{"prediction_id": prediction, "truth": "yes"}, {"prediction_id": 999, "truth": "yes"}]

    answer = client.post(f"{WARDS}/feedback", json={"rows": rows})

    assert answer.status_code == 404
    assert client.get(f"/api/v1/predictions/{prediction}").json()["prediction"]["truth"] is None


def test_a_truth_that_is_no_class_is_refused(client: TestClient, prediction: int) -> None:
    answer = client.post(f"{WARDS}/feedback", json={"rows": [{"prediction_id": prediction, "truth": "perhaps"}]})

    assert answer.status_code == 422


def test_rows_are_added_replaced_and_changed(client: TestClient, champion: int) -> None:
    rows = f"{WARDS}/tables/wards/rows"

    added = client.post(rows, json={"rows": [{"ward": "east", "beds": 5}]})
    again = client.post(rows, json={"rows": [{"ward": "east", "beds": 5}]})
    replaced = client.put(rows, json={"rows": [{"ward": "east", "beds": 6}]})
    changed = client.patch(rows, json={"rows": [{"ward": "east", "beds": 7}]})

    assert [a.status_code for a in (added, again, replaced, changed)] == [201, 409, 200, 200]
    row = {"entity": {"patient": 100}, "features": {"ward": "east", "age": 80}}
    asked = client.post(f"{WARDS}/predictions", json={"rows": [row]}).json()["predictions"][0]["id"]
    stored = client.get(f"/api/v1/predictions/{asked}").json()["prediction"]
    assert stored["features"]["wards.beds"] == 7


def test_predictions_are_deleted_all_or_none(client: TestClient, prediction: int) -> None:
    refused = client.delete(f"{WARDS}/predictions", params={"id": [prediction, 999]})
    kept = client.get(f"/api/v1/predictions/{prediction}").status_code
    deleted = client.delete(f"{WARDS}/predictions", params={"id": [prediction]})

    assert (refused.status_code, kept, deleted.json()) == (404, 200, {"deleted": 1})
    assert client.get(f"/api/v1/predictions/{prediction}").status_code == 404


def test_predictions_download_as_guarded_csv(client: TestClient, champion: int) -> None:
    row = {"entity": {"patient": 7}, "features": {"ward": "=cmd()", "age": 80}}
    client.post(f"{WARDS}/predictions", json={"rows": [row]})

    answer = client.get(f"{WARDS}/predictions.csv")

    assert answer.headers["content-disposition"].startswith("attachment")
    (found,) = csv.DictReader(io.StringIO(answer.text))
    assert not [value for value in found.values() if value.startswith("=")]


def test_what_is_missing_is_empty_in_a_csv(client: TestClient, champion: int) -> None:
    rows = [{"entity": {"patient": i}, "features": {"ward": "north", "age": age}} for i, age in enumerate((80, None))]
    client.post(f"{WARDS}/predictions", json={"rows": rows})

    newest, oldest = csv.DictReader(io.StringIO(client.get(f"{WARDS}/predictions.csv").text))

    assert (newest["feature.age"], oldest["feature.age"]) == ("", "80.0")
    assert (newest["truth"], newest["truth_at"]) == ("", "")
