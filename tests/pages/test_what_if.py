"""What if: the form, the values in the address, and what cannot be asked."""

import json

import pytest

from db.models import Snapshot as SnapshotRow
from db.session import transaction
from mms.domain.markdown import as_text
from mms.domain.predictions import Answer
from mms.domain.what_if import Neighbour, WhatIf
from pages.parts.what_if_answer import nearest_frame
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.staged import Stage

pytestmark = pytest.mark.slow


def answers(app: object) -> list[str]:
    return [heading.value for heading in app.header if heading.value.startswith("It answers")]  # type: ignore[attr-defined]


def test_made_up_values_are_answered_and_stand_in_the_address(open_staged: Open, stage: Stage) -> None:
    page = open_staged("what_if", model=stage.models[0].id)
    assert not page.exception
    page.number_input(key="what_if_x").set_value(-3.0)
    page.number_input(key="what_if_y").set_value(-0.5)

    next(button for button in page.button if button.label == "Ask the model").click().run()

    assert not page.exception
    assert not page.error
    assert answers(page) == ["It answers no"]
    assert json.loads(page.query_params["row"]) == {"x": -3.0, "y": -0.5}
    assert any(m.value.startswith(as_text("x moves P(yes) most: it lowers it")) for m in page.markdown)
    effect, nearest = (frame.value for frame in page.dataframe)
    assert effect["feature"].tolist()[0] == "x"
    assert len(nearest) == 5
    again = open_staged("what_if", model=stage.models[0].id, row=page.query_params["row"])
    assert answers(again) == ["It answers no"]
    assert again.number_input(key="what_if_x").value == -3.0


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"model": 99}, "There is no model 99"),
        ({"model": "x7"}, "'x7' is no number of a model"),
        ({"model": 1, "row": "{"}, "The values in the address are no JSON"),
        ({"model": 1, "row": "[1]"}, "The values in the address are no JSON object"),
        ({"model": 1, "row": '{"x": "<script>", "y": 1}'}, "Feature 'x' takes a number or null"),
        ({"model": 1, "row": "[" * 5000}, "The values in the address are no JSON"),
        ({"model": 1, "row": '{"x": 1e999}'}, "Feature 'x' takes a"),
        ({"model": 1, "row": '{"z": 1}'}, "'z' is no feature of this model"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_sentence(
    open_staged: Open, query: dict[str, object], sentence: str
) -> None:
    page = open_staged("what_if", **query)

    assert not page.exception
    assert [error.value[: len(sentence)] for error in page.error] == [sentence]


def test_without_a_model_the_page_leads_to_the_table(open_staged: Open) -> None:
    assert open_staged("what_if").info[0].value == "No model is chosen. Choose one in the model table."


def test_without_its_rows_a_model_still_answers(open_staged: Open, stage: Stage) -> None:
    with transaction() as session:
        session.get_one(SnapshotRow, stage.models[1].snapshot_id).deleted_at = NOW

    page = open_staged("what_if", model=stage.models[1].id)

    assert not page.exception
    assert len(answers(page)) == 1
    assert page.info[0].value.startswith("The rows that it learnt from are gone")


def test_a_feature_called_distance_does_not_hide_how_far_a_row_is() -> None:
    near = Neighbour(7, 0.25, "late", {"distance": 301, "carrier": "9E"})
    found = WhatIf(Answer("late", None, 0.9, {}), True, "P(late)", (), 0, 0, (near,), 10, ())

    (row,) = nearest_frame(found).to_dict("records")

    assert row == {"distance": 0.25, "truth": "late", "row": 7, "distance (feature)": "301", "carrier": "9E"}
