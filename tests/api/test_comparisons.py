"""Models compared through HTTP: the same numbers as on the screen, the same refusals."""

import pytest
import sqlalchemy as sa

from db.models import FoldResult, Model
from db.session import transaction
from tests.http import TestClient


def fold_scores(gain: float) -> None:
    """Give both models of the wards 12 folds; version 1 is better by `gain` on all but the first."""
    with transaction() as session:
        for place, version in session.execute(sa.select(Model.run_triple_id, Model.version)):
            session.add_all(
                FoldResult(
                    run_triple_id=place, fold=fold, n_train=110, n_validate=10, fit_seconds=1, score_seconds=1,
                    scores={"f1": 0.5 + (gain if version == 1 and fold else 0.0)}, train_scores={},
                )
                for fold in range(12)
            )  # fmt: skip


def test_a_comparison_tells_chances_and_words(client: TestClient, champion: int) -> None:
    fold_scores(0.1)

    told = client.get("/api/v1/comparisons", params={"models": "2,1"}).json()

    (pair,) = told["comparison"]["pairs"]
    test = pair["test"]
    assert (pair["model_id"], pair["other_id"], test["folds"]) == (champion, 2, 12)
    assert test["better"] + test["equal"] + test["worse"] == pytest.approx(1.0)
    assert told["words"].startswith("v1 logistic regression is better than v2 logistic regression: ")


def test_a_run_tells_how_its_models_stand(client: TestClient, champion: int) -> None:
    fold_scores(0.1)

    told = client.get("/api/v1/runs/1/standings").json()

    first = told["standings"]["rows"][0]
    assert (first["contender"]["model"]["id"], first["in_band"], first["test"]) == (champion, True, None)
    assert told["words"].startswith("v1 logistic regression is the only model of this run")
    assert client.get("/api/v1/runs/99/standings").status_code == 404


def test_what_changed_is_told_fact_by_fact(client: TestClient, champion: int) -> None:
    told = client.get("/api/v1/comparisons/changes", params={"model": champion, "other": 2}).json()

    assert told["words"].startswith("v1 logistic regression and v2 logistic regression are the identical artifact")
    assert {fact["mark"] for fact in told["changes"]["facts"]} <= {"=", "≠", "+", "−"}
    assert client.get("/api/v1/comparisons/changes", params={"model": champion, "other": 99}).status_code == 404


@pytest.mark.parametrize(("models", "status"), [("1,two", 422), ("1,2", 409)])
def test_what_cannot_be_compared_is_refused(client: TestClient, champion: int, models: str, status: int) -> None:
    answer = client.get("/api/v1/comparisons", params={"models": models})

    assert answer.status_code == status
    assert answer.json()["error"]["sentence"]
