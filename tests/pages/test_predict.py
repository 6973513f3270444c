"""Ask, and tell the truth later."""

import pytest

from db.queries.predictions import get_prediction, predictions
from db.session import reading
from mms.domain.markdown import as_text
from tests.pages.conftest import Open
from tests.staged import Stage


def test_an_answer_is_stored_and_says_who_gave_it_and_why(open_staged: Open, stage: Stage) -> None:
    page = open_staged("predict")

    page.text_input(key="entity_id").set_value("new-1")
    page.number_input(key="feature_x").set_value(2.0)
    page.number_input(key="feature_y").set_value(2.0)
    next(b for b in page.button if b.label == "Ask the champion").click().run()

    assert not page.exception
    with reading() as session:
        newest = predictions(session, stage.project.id, entity="new-1")
    assert [p.answer.label for p in newest] == ["yes"]
    assert page.markdown[1].value == "## new-1: yes"
    assert "the champion of 'global'" in page.markdown[2].value
    assert page.query_params["asked"] == str(newest[0].id)


def test_a_stored_entity_is_looked_up(open_staged: Open, stage: Stage) -> None:
    page = open_staged("predict", way="by entity")

    page.text_input(key="entity_id").set_value("p1-3")
    next(b for b in page.button if b.label == "Ask the champion").click().run()

    assert not page.exception
    assert page.markdown[1].value.startswith("## p1-3: ")


@pytest.mark.slow
def test_a_wrong_time_is_refused_in_one_sentence_and_nothing_is_stored(open_staged: Open, stage: Stage) -> None:
    page = open_staged("predict")

    page.text_input(key="as_of_time").set_value("yesterday")
    next(b for b in page.button if b.label == "Ask the champion").click().run()

    assert page.error[0].value == as_text("'yesterday' is no time: write one such as 2026-03-01T12:00:00Z.")
    with reading() as session:
        assert len(predictions(session, stage.project.id, limit=1000)) == len(stage.predictions)


@pytest.mark.slow
def test_the_truth_about_a_chosen_prediction_is_recorded(open_staged: Open, stage: Stage) -> None:
    page = open_staged("predict")
    chosen = page.dataframe[0].value["id"][0]

    page.session_state["answers"] = {"selection": {"rows": [0]}}
    page.selectbox(key="truth").set_value("no").run()
    next(b for b in page.button if b.label == "Record feedback").click().run()

    assert not page.error
    with reading() as session:
        assert get_prediction(session, int(chosen)).truth == "no"


@pytest.mark.slow
def test_chosen_predictions_are_deleted(open_staged: Open, stage: Stage) -> None:
    page = open_staged("predict")

    page.session_state["answers"] = {"selection": {"rows": [0, 1]}}
    page.run()
    next(b for b in page.button if b.label == "Delete 2").click().run()

    with reading() as session:
        assert len(predictions(session, stage.project.id, limit=1000)) == len(stage.predictions) - 2


def test_an_unknown_answer_in_the_address_is_refused_in_one_sentence(open_staged: Open) -> None:
    page = open_staged("predict", asked="99999")

    assert not page.exception
    assert len(page.error) == 1
    assert "99999" in page.error[0].value
