"""Models, promotions, runs, snapshots, decay, triggers, health: read and changed through HTTP."""

import hashlib

import pytest
from sqlalchemy import delete, update

from db.models import BlobChunk, Run, Triple
from db.session import transaction
from mms.domain.members import Member
from tests.http import TestClient

WARDS = "/api/v1/projects/Wards"
TRIPLE = {"recipe": {"name": "plain", "branches": []}, "algorithm": "dummy", "hyperparameters": {}}


def test_one_model_tells_what_it_is(client: TestClient, champion: int) -> None:
    model = client.get(f"/api/v1/models/{champion}").json()["model"]

    assert model["ranked"]["version"] == 1
    assert model["signature"]["classes"] == ["no", "yes"]
    assert model["triple"]["algorithm"] == "logistic regression"


def test_the_artifact_downloads_under_its_hash(client: TestClient, champion: int) -> None:
    answer = client.get(f"/api/v1/models/{champion}/artifact")

    sha256 = hashlib.sha256(answer.content).hexdigest()
    assert answer.headers["content-disposition"] == f'attachment; filename="{sha256}.joblib"'
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_triple_and_table_download(client: TestClient, champion: int) -> None:
    triple = client.get(f"/api/v1/models/{champion}/triple")
    table = client.get(f"{WARDS}/models.csv", params={"where": "f1 >= 0.45"})

    assert triple.json()["hyperparameters"] == {"c": 1}
    assert len(table.text.strip().splitlines()) == 2
    assert all(a.headers["content-disposition"].startswith("attachment") for a in (triple, table))


def test_a_promotion_needs_advice_or_the_will_to_go_against_it(client: TestClient, champion: int) -> None:
    other = next(m["id"] for m in client.get(f"{WARDS}/models").json()["models"] if m["id"] != champion)
    path = f"/api/v1/models/{other}/promotions"

    advice = client.get(f"/api/v1/models/{other}/advice").json()["advice"]
    refused = client.post(path, json={"reason": "newer"})
    seated = client.post(path, json={"reason": "newer", "against_advice": True})

    assert advice["verdict"]["promote"] is False
    assert (refused.status_code, seated.status_code) == (409, 201)
    (seat,) = client.get(f"{WARDS}/champions").json()["champions"]
    assert (seat["model"]["id"], seat["promotion"]["against_advice"]) == (other, True)
    assert client.post(f"{WARDS}/rollbacks", json={"reason": "it was worse"}).status_code == 201
    assert client.get(f"{WARDS}/champions").json()["champions"][0]["model"]["id"] == champion
    assert len(client.get(f"{WARDS}/promotions").json()["promotions"]) == 3


def test_champions_of_another_day(client: TestClient, champion: int) -> None:
    before = client.get(f"{WARDS}/champions", params={"as_of": "2026-02-01T00:00:00Z"})

    assert before.json() == {"champions": []}


@pytest.mark.slow
def test_triggers_are_made_edited_read_and_deleted(client: TestClient, champion: int) -> None:
    path = f"{WARDS}/triggers"
    wrong = client.post(path, json={"kind": "size", "threshold": -1})
    made = client.post(path, json={"kind": "size", "threshold": 500}).json()["trigger"]
    client.patch(f"/api/v1/triggers/{made}", json={"threshold": 600, "enabled": False})

    (row,) = client.get(path).json()["triggers"]

    assert wrong.status_code == 422
    assert row["trigger"]["rule"]["conditions"][0]["threshold"] == 600
    assert row["trigger"]["enabled"] is False
    assert client.post(f"{path}/check").json() == {"runs": []}
    assert client.delete(f"/api/v1/triggers/{made}").status_code == 200
    assert client.get(path).json()["triggers"] == []


def test_a_run_of_a_triple_that_is_none_is_refused(client: TestClient, champion: int) -> None:
    snapshot = client.get(f"{WARDS}/snapshots").json()
    body = {"snapshot_id": 1, "triples": [{"algorithm": "magic"}]}

    answer = client.post(f"{WARDS}/runs", json=body)

    assert answer.status_code == 422
    assert "triple" in answer.json()["error"]["sentence"]
    assert snapshot is not None


def test_a_retraining_is_queued_followed_and_stopped(client: TestClient, champion: int) -> None:
    with transaction() as session:
        session.execute(update(Run).values(request={"triples": [TRIPLE], "retraining": None}))
        session.execute(update(Triple).values(content=TRIPLE))

    launched = client.post(f"{WARDS}/retrainings", json={"rows": {"extent": "last days", "amount": 30}})

    run_id = launched.json()["run"]
    page = client.get(f"/api/v1/runs/{run_id}").json()["run"]
    assert (launched.status_code, page["run"]["state"], page["run"]["kind"]) == (201, "queued", "retraining")
    assert [job["kind"] for job in client.get(f"{WARDS}/jobs").json()["jobs"]] == ["run"]
    assert client.post(f"/api/v1/runs/{run_id}/cancel").status_code == 200
    assert client.get(f"/api/v1/runs/{run_id}").json()["run"]["run"]["state"] == "cancelled"


def test_a_recipe_is_saved_once_and_a_wrong_one_is_refused(client: TestClient) -> None:
    client.post("/api/v1/projects", json={"name": "Prices", "task": "regression"})
    path = "/api/v1/projects/Prices/recipes"
    body = {"branches": [{"columns": "numeric", "steps": [{"transformer": "scale", "parameters": {}}]}]}

    first, again = (client.post(path, json=body | {"name": name}) for name in ("plain", "other"))
    wrong = client.post(path, json={"name": "odd", "branches": [{"columns": "numeric"}]})

    stored = first.json()["recipe"]
    assert (first.status_code, again.status_code, wrong.status_code) == (201, 200, 422)
    assert again.json()["recipe"] == stored
    assert again.json()["note"].startswith("'plain v1' does just the same")
    assert client.get(f"/api/v1/recipes/{stored['id']}").json()["recipe"] == stored
    assert client.get(path).json()["recipes"] == [stored]
    assert client.get("/api/v1/recipes/999").status_code == 404


def test_decay_and_health_give_their_numbers(client: TestClient, champion: int) -> None:
    row = {"entity": {"patient": 100}, "features": {"ward": "north", "age": 80}}
    client.post(f"{WARDS}/predictions", json={"rows": [row]})

    decay = client.get(f"{WARDS}/decay", params={"metric": "precision"}).json()["decay"]
    (health,) = client.get("/api/v1/health").json()["health"]

    assert (decay["metric"], decay["predicted"], len(decay["points"])) == ("precision", 1, 1)
    assert health["project"]["name"] == "Wards"
    assert health["sentence"]
    assert client.get(f"{WARDS}/decay", params={"metric": "beauty"}).status_code == 422


def test_healthz_needs_a_store_that_answers(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    well = client.get("/healthz")
    monkeypatch.setenv("MMS_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    ill = client.get("/healthz")

    assert (well.status_code, well.json()) == (200, {"status": "ok"})
    assert (ill.status_code, ill.json()["error"]["kind"]) == (503, "unavailable")


def test_champions_are_loaded_before_the_first_request(
    client: TestClient, champion: int, local: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/api/v1/projects")  # imports and warms up
    with transaction() as session:  # the artifact is gone; what answers is what was loaded
        session.execute(delete(BlobChunk))

    row = {"entity": {"patient": 100}, "features": {"ward": "north", "age": 80}}
    assert client.post(f"{WARDS}/predictions", json={"rows": [row]}).status_code == 201
