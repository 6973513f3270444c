"""The model table: a sentence first, a filter in the address, and something to do with chosen rows."""

from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from db.session import transaction
from mms.domain.members import PRODUCT
from mms.domain.models import ModelPage
from mms.domain.projects import ProjectDraft, Task
from mms.domain.scores import METRICS
from mms.usecases.projects import create_project
from pages.parts.model_frame import Look, frame_of
from pages.parts.model_table import sentence
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.staged import Stage


def key_of(page: AppTest) -> str:
    """The key under which the table keeps its chosen rows."""
    return str(page.dataframe[0].proto.id).rpartition("-")[2]


def button(page: AppTest, label: str) -> Any:
    return next(one for one in page.button if one.label == label)


def table(page: AppTest) -> list[str]:
    """The versions the table shows, in order."""
    return list(page.dataframe[0].value["id"])


def test_the_sentence_counts_the_models_and_names_the_best(open_staged: Open, stage: Stage) -> None:
    page = open_staged("models")

    best = stage.models[0]
    assert not page.exception
    assert page.markdown[0].value.startswith(f"3 models; best is **{best.name}** with F1 {best.score:.3f}")
    assert table(page)[0] == f"v{best.version}"


def test_a_model_of_a_scope_says_whose_rows_it_is_for(stage: Stage) -> None:
    metric, models = METRICS["f1"], (replace(stage.models[0], scope="group:plan=basic"), *stage.models[1:])

    page = ModelPage(models, after=None, total=len(models), capped=False)
    said = sentence(page, models, metric)
    frame = frame_of(page, Look(metric, NOW))

    assert f"best is **{models[0].name}** (for rows with plan = basic only) with F1" in said
    assert list(frame["scope"]) == ["group:plan=basic", "global", "global"]


def test_the_columns_are_the_classic_ones(open_staged: Open) -> None:
    shown = open_staged("models").dataframe[0].value

    assert list(shown.columns) == [
        "id", "model", "score", "hyperparameters", "build", "folds", "artifact", "state", "age", "owner", "touched",
    ]  # fmt: skip
    assert [len(folds) for folds in shown["folds"]] == [12, 12, 12]
    assert shown["state"][0] == "◆ champion"
    assert shown["artifact"][0].startswith("/api/v1/models/")


@pytest.mark.parametrize(
    ("query", "algorithms"),
    [
        ({"where": "algorithm = 'tree'"}, ["tree"]),
        ({"where": "state = 'champion' OR algorithm = 'dummy'"}, ["logistic", "dummy"]),
        ({"where": "logi"}, ["logistic"]),
        ({"where": "f1 >= 0.5 AND NOT param.C IS NULL"}, ["logistic"]),
        ({"where": "run = 1", "turned": "true"}, ["dummy", "tree", "logistic"]),
        ({"sort": "Model"}, ["dummy", "logistic", "tree"]),
    ],
)
@pytest.mark.slow
def test_filter_and_sort_are_in_the_address(open_staged: Open, query: dict[str, str], algorithms: list[str]) -> None:
    page = open_staged("models", **query)

    assert not page.exception
    assert not page.error
    assert list(page.dataframe[0].value["model"]) == algorithms


def test_a_wrong_filter_is_one_sentence_with_the_place_and_hides_no_model(open_staged: Open) -> None:
    page = open_staged("models", where="f1 > 0.5 AND algoritm = 'tree'")

    assert not page.exception
    assert [error.value for error in page.error] == [
        "The filter goes wrong at column 14, at algoritm: models have no field 'algoritm': did you mean algorithm? "
        "All models are shown until the filter is mended."
    ]
    assert page.code[0].value.splitlines()[1] == " " * 13 + "^"
    assert len(table(page)) == 3


@pytest.mark.slow
def test_the_builder_adds_terms_and_takes_them_off(open_staged: Open) -> None:
    page = open_staged("models")

    page.selectbox(key="builder_field").set_value("algorithm").run()
    page.multiselect(key="builder_value_algorithm_is one of").set_value(["tree"]).run()
    button(page, "Add to the filter").click().run()
    page.selectbox(key="builder_field").set_value("f1").run()
    page.number_input(key="builder_value_f1_at least").set_value(0.25).run()
    button(page, "Add to the filter").click().run()

    assert page.text_input(key="where").value == "algorithm IN ('tree') AND f1 >= 0.25"
    assert list(page.dataframe[0].value["model"]) == ["tree"]
    page.button(key="term_0").click().run()
    assert page.text_input(key="where").value == "f1 >= 0.25"


@pytest.mark.slow
def test_columns_are_chosen_and_only_what_differs_is_left(open_staged: Open) -> None:
    page = open_staged("models", columns="ROC AUC ±")
    assert "ROC AUC ±" in page.dataframe[0].value

    page.toggle(key="differ").set_value(True).run()

    shown = page.dataframe[0].value
    assert {"id", "model", "score", "C", "max_depth"} <= set(shown)
    assert not {"owner", "hyperparameters", "tags"} & set(shown)


@pytest.mark.slow
def test_the_rank_is_a_column_to_choose(open_staged: Open) -> None:
    shown = open_staged("models", columns="Rank").dataframe[0].value

    assert list(shown["Rank"]) == list(range(1, len(shown) + 1))  # the best first


@pytest.mark.slow
def test_a_view_is_saved_opened_and_deleted(open_staged: Open) -> None:
    page = open_staged("models", where="algorithm = 'tree'", columns="ROC AUC", turned="true")
    page.text_input(key="view_name").set_value("trees")
    button(page, "Save the view").click().run()
    assert not page.error

    page = open_staged("models")
    assert len(table(page)) == 3
    button(page, "trees (yours)").click().run()

    assert page.text_input(key="where").value == "algorithm = 'tree'"
    assert page.checkbox(key="turned").value is True
    assert "ROC AUC" in page.dataframe[0].value
    assert list(page.dataframe[0].value["model"]) == ["tree"]
    next(one for one in page.button if str(one.key).startswith("delete_view_")).click().run()
    assert not [one for one in page.button if one.label == "trees (yours)"]


@pytest.mark.slow
def test_chosen_models_are_tagged(open_staged: Open) -> None:
    page = open_staged("models")
    page.session_state[key_of(page)] = {"selection": {"rows": [1]}}
    page.run()

    page.multiselect(key="tags_on").set_value(["reviewed"]).run()
    button(page, "Tag them").click().run()

    assert list(open_staged("models", where="tag = 'reviewed'").dataframe[0].value["tags"]) == ["reviewed"]


def test_a_filter_that_nothing_passes_says_so_and_shows_the_way_back(open_staged: Open) -> None:
    page = open_staged("models", where="no such thing")

    assert page.info[0].value == "No model passes this filter. Take something away from it."


def test_an_unknown_cursor_is_refused_in_one_sentence(open_staged: Open) -> None:
    page = open_staged("models", after="nonsense")

    assert not page.exception
    assert len(page.error) == 1
    assert page.error[0].value.startswith("This page mark does not belong to this table")


@pytest.mark.slow
def test_two_chosen_rows_are_compared_and_one_is_opened(open_staged: Open) -> None:
    page = open_staged("models")

    page.session_state[key_of(page)] = {"selection": {"rows": [0, 1]}}
    page.run()

    buttons = {b.label: b for b in page.button}
    assert not buttons["Compare 2"].disabled
    assert buttons["Open"].disabled
    buttons["Compare 2"].click().run()
    assert page.title[0].value == "Compare"


@pytest.mark.slow
def test_archived_models_leave_the_table_but_a_champion_stays(open_staged: Open) -> None:
    page = open_staged("models")

    page.session_state[key_of(page)] = {"selection": {"rows": [0]}}
    page.run()
    {b.label: b for b in page.button}["Archive"].click().run()

    assert "champion" in page.error[0].value
    assert len(open_staged("models").dataframe[0].value) == 3


def test_another_project_is_not_filtered_by_what_this_one_was(open_staged: Open, stage: Stage) -> None:
    with transaction() as session:
        other = create_project(session, PRODUCT, ProjectDraft("Other", Task.BINARY), NOW)
    page = open_staged("models", project=stage.project.id, where="algorithm = 'tree'", columns="C (hyperparameter)")

    page.selectbox(key="project_choice").set_value(other.id).run()

    assert not page.exception
    assert page.text_input(key="where").value == ""
    assert page.multiselect(key="columns").value == []
    assert page.info[0].value.startswith("No models yet.")
