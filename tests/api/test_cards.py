"""Cards, notes on columns and what-if through HTTP."""

import pytest

from tests.http import TestClient

SCRIPT = "<script>alert(1)</script>"


@pytest.mark.slow
def test_a_card_is_read_printed_and_sent(client: TestClient, champion: int) -> None:
    facts, page, pdf = (client.get(f"/api/v1/models/{champion}/{name}") for name in ("card", "card.html", "card.pdf"))

    card = facts.json()["card"]
    assert card["model"]["ranked"]["version"] == 1
    assert [seat["scope"] for seat in card["seats"]] == ["global"]
    assert page.headers["content-type"].startswith("text/html")
    assert "Model card: Wards, v1" in page.text
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["content-disposition"] == f'attachment; filename="model-{champion}-card.pdf"'


@pytest.mark.parametrize("name", ["card", "card.html", "card.pdf"])
def test_a_model_that_is_not_there_has_no_card(client: TestClient, champion: int, name: str) -> None:
    answer = client.get(f"/api/v1/models/99/{name}")

    assert answer.status_code == 404
    assert "There is no model 99" in answer.json()["error"]["sentence"]


def test_notes_on_columns_are_kept_as_text_and_refused_where_there_is_no_column(
    client: TestClient, champion: int
) -> None:
    tables = client.get("/api/v1/projects/Wards/tables").json()["tables"]
    name, column = tables[0]["name"], tables[0]["columns"][0]["name"]
    address = f"/api/v1/projects/Wards/tables/{name}/columns"

    written = client.put(address, json={column: {"description": SCRIPT, "owner": "ada"}})
    wrong = client.put(address, json={"nowhere": {"description": "x"}})

    (note,) = [one["note"] for one in written.json()["columns"] if one["note"]]
    assert note["said"] == {"description": SCRIPT, "source": "", "owner": "ada"}
    assert wrong.status_code == 422
    assert "has no column 'nowhere'" in wrong.json()["error"]["sentence"]


@pytest.mark.parametrize(("body", "status"), [({}, 422), ({"values": {}}, 422), ({"values": 3}, 422)])
def test_a_what_if_without_values_is_refused(
    client: TestClient, champion: int, body: dict[str, object], status: int
) -> None:
    assert client.post(f"/api/v1/models/{champion}/what-if", json=body).status_code == status
