"""Diagnostics and thresholds through HTTP: the same numbers as on the screen, the same refusals."""

import pytest
import sqlalchemy as sa

from db.blobs import put_bytes
from db.models import Model
from db.session import transaction
from tests.http import TestClient
from tests.ml.diagnostics.grounds import ranked
from tests.wards import MARCH

A = "/api/v1/models"


@pytest.fixture
def judged(champion: int) -> int:
    """The champion; both models have out-of-fold rows."""
    rows = ranked(240).oof.replace({"early": "no", "late": "yes"})
    with transaction() as session:
        session.execute(sa.update(Model).values(oof_blob=put_bytes(session, rows.to_parquet(index=False), MARCH)))
    return champion


@pytest.mark.slow
def test_a_check_is_made_at_the_first_call_and_each_of_its_tables_is_a_file(client: TestClient, judged: int) -> None:
    made = client.get(f"{A}/{judged}/diagnostics/thresholds")

    assert made.status_code == 200, made.text
    told = made.json()
    assert told["diagnostic"]["state"] == "succeeded"
    assert len(told["tables"]["counts"]) == 1001
    file = client.get(f"{A}/{judged}/diagnostics/thresholds/counts.csv")
    assert file.text.splitlines()[0].split(",")[:2] == ["threshold", "true_positives"]
    listed = client.get(f"{A}/{judged}/diagnostics").json()
    assert [one["question"]["kind"] for one in listed["diagnostics"]] == ["thresholds"]
    assert "roc" in listed["kinds"]["at_once"]
    assert "learning curve" in listed["kinds"]["by_a_worker"]


@pytest.mark.slow
def test_the_cheapest_threshold_is_told_and_stored_but_never_for_a_champion(client: TestClient, judged: int) -> None:
    told = client.get(f"{A}/2/threshold").json()
    stored = client.put(f"{A}/2/threshold", json={"threshold": told["cheapest"]["threshold"]})
    seated = client.put(f"{A}/{judged}/threshold", json={"threshold": 0.4})

    assert told["words"].startswith("Where a false alarm costs 1 and a miss 1")
    assert stored.status_code == 200
    assert client.get(f"{A}/2/threshold").json()["threshold"] == told["cheapest"]["threshold"]
    assert seated.status_code == 409
    assert "its answers would change silently" in seated.json()["error"]["sentence"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("palmistry", 404, "There is no diagnostic 'palmistry': choose one of roc"),
        (
            "thresholds/lines.csv",
            404,
            "The diagnostic 'thresholds' has no table 'lines'; it has counts, folds, summary.",
        ),
        ("roc?class=maybe", 409, "This model knows no class 'maybe'"),
        ("roc?column=x", 422, "The diagnostic 'roc' has no parameter 'column'; it has class."),
        ("residuals", 409, "A binary model has no diagnostic 'residuals'."),
        ("learning-curve", 404, "Nobody asked for the diagnostic 'learning curve' of this model yet"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_sentence(
    client: TestClient, judged: int, path: str, status: int, sentence: str
) -> None:
    refused = client.get(f"{A}/{judged}/diagnostics/{path}")

    assert refused.status_code == status
    assert refused.json()["error"]["sentence"].startswith(sentence)
