"""The model table by any filter over REST: pages, files, tags and views."""

import csv
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import update

from db.models import Model
from db.session import transaction
from tests.http import TestClient

WARDS = "/api/v1/projects/Wards"


def search(client: TestClient, **asked: Any) -> dict[str, Any]:
    answer = client.get(f"{WARDS}/models", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_filter_an_order_and_columns_make_pages(client: TestClient, champion: int) -> None:
    first = search(client, sort="version", descending=False, column=["f1", "run", "age"], limit=1)
    second = search(client, sort="version", descending=False, limit=1, after=first["after"])
    champions = search(client, where="state = 'champion' AND f1 > 0.1")

    assert [page["models"][0]["version"] for page in (first, second)] == [1, 2]
    assert set(first["values"][str(first["models"][0]["id"])]) == {"f1", "run", "age"}
    assert (first["total"], second["after"]) == ("2", None)
    assert [model["id"] for model in champions["models"]] == [champion]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"where": "f1 >"}, "The filter ends too early, at column 5: expected a number."),
        ({"where": "param.depth = 1"}, "no model has the hyperparameter 'depth'"),
        ({"sort": "tag"}, "'tag' is only to filter by: choose another column."),
        ({"column": "f2"}, "Models have no field 'f2': did you mean f1?"),
        ({"after": "made up"}, "begin again at the first page"),
        ({"colour": "red"}, "colour"),
    ],
)
@pytest.mark.slow
def test_a_wrong_question_is_refused_in_one_sentence(
    client: TestClient, champion: int, wrong: dict[str, str], sentence: str
) -> None:
    answer = client.get(f"{WARDS}/models", params=wrong)

    assert answer.status_code == 422
    assert sentence in answer.json()["error"]["sentence"]


def test_the_file_holds_every_model_of_the_filter_and_runs_no_formula(client: TestClient, champion: int) -> None:
    client.post("/api/v1/models/tags", json={"models": [champion], "add": ["=HYPERLINK(1)"]})
    with transaction() as session:
        session.execute(update(Model).where(Model.id == champion).values(description="+1+1"))

    answer = client.get(f"{WARDS}/models.csv", params={"column": "roc_auc", "limit": 1})

    lines = list(csv.DictReader(StringIO(answer.text)))
    best = next(line for line in lines if line["id"] == str(champion))
    assert len(lines) == 2
    assert (best["tags"], best["description"]) == ("'=HYPERLINK(1)", "'+1+1")
    assert (float(best["f1"]), best["roc_auc"], best["state"]) == (0.5, "", "champion")
    assert answer.headers["content-disposition"].startswith("attachment")


def test_a_builder_finds_fields_with_examples_that_are_filters(client: TestClient, champion: int) -> None:
    fields = client.get(f"{WARDS}/models/fields").json()["fields"]

    assert {"f1", "log_loss.sd", "tag", "created"} <= {field["name"] for field in fields}
    for field in fields:
        assert search(client, where=field["example"])["total"].isdigit(), field["name"]


def test_models_are_tagged_described_and_handed_over(client: TestClient, champion: int) -> None:
    tagged = client.post("/api/v1/models/tags", json={"models": [champion], "add": ["prod"]})
    written = client.patch(f"/api/v1/models/{champion}", json={"description": "Ours.", "owner": "Grace"})

    assert tagged.json() == {"changed": 1}
    assert written.json()["model"]["description"] == "Ours."
    page = search(client, where="tag = 'prod' AND owner = 'Grace' AND 'ours'")
    assert ([model["id"] for model in page["models"]], page["tags"]) == ([champion], {str(champion): ["prod"]})
    assert client.post("/api/v1/models/tags", json={"models": [champion], "add": ["a,b"]}).status_code == 422
    assert client.patch("/api/v1/models/999", json={"owner": "x"}).status_code == 404


def test_a_view_is_kept_listed_and_deleted(client: TestClient, champion: int) -> None:
    made = client.post(f"{WARDS}/views", json={"name": "Best", "query": "where=f1%3E0.1", "shared": True})
    listed = client.get(f"{WARDS}/views").json()["views"]
    gone = client.delete(f"/api/v1/views/{made.json()['view']['id']}")

    assert (made.status_code, gone.status_code) == (201, 200)
    assert listed == [made.json()["view"]]
    assert client.get(f"{WARDS}/views").json()["views"] == []
    assert client.delete("/api/v1/views/999").status_code == 404
    assert client.post(f"{WARDS}/views", json={"name": "x", "query": "a b"}).status_code == 422
