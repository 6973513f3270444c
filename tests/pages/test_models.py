"""The model table: a sentence first, a filter in the address, and something to do with chosen rows."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from db.session import transaction
from mms.domain.members import PRODUCT
from mms.domain.models import ModelPage
from mms.domain.projects import ProjectDraft, Task
from mms.domain.scores import METRICS
from mms.usecases.projects import create_project
from pages.parts.model_table import frame_of, sentence
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.staged import Stage


def key_of(page: AppTest) -> str:
    """The key under which the table keeps its chosen rows."""
    return str(page.dataframe[0].proto.id).rpartition("-")[2]


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

    said = sentence(ModelPage(models, after=None, total=len(models), capped=False), models, metric)
    frame = frame_of(models, metric, set(), NOW)

    assert f"best is **{models[0].name}** (for rows with plan = basic only) with F1" in said
    assert list(frame["scope"]) == ["group:plan=basic", "global", "global"]


def test_the_columns_are_the_classic_ones(open_staged: Open) -> None:
    shown = open_staged("models").dataframe[0].value

    assert list(shown.columns) == [
        "id", "model", "hyperparameters", "build", "score", "artifact", "state", "age", "owner", "touched",
    ]  # fmt: skip
    assert shown["state"][0] == "◆ champion"
    assert shown["artifact"][0].startswith("/api/v1/models/")


@pytest.mark.parametrize(
    ("query", "algorithms"),
    [
        ({"algorithm": "tree"}, {"tree"}),
        ({"state": "champion"}, {"logistic"}),
        ({"text": "logi"}, {"logistic"}),
        ({"limit": "0.5"}, {"logistic", "tree"}),
        ({"run": "1"}, {"logistic", "tree", "dummy"}),
    ],
)
def test_the_filter_is_in_the_address(open_staged: Open, query: dict[str, str], algorithms: set[str]) -> None:
    page = open_staged("models", **query)

    assert not page.exception
    assert set(page.dataframe[0].value["model"]) == algorithms


def test_a_filter_that_nothing_passes_says_so_and_shows_the_way_back(open_staged: Open) -> None:
    page = open_staged("models", text="no such thing")

    assert page.info[0].value == "No model passes this filter. Take something away from it."


def test_an_unknown_cursor_is_refused_in_one_sentence(open_staged: Open) -> None:
    page = open_staged("models", after="nonsense")

    assert not page.exception
    assert len(page.error) == 1
    assert page.error[0].value.startswith("This page mark does not belong to this table")


def test_two_chosen_rows_are_compared_and_one_is_opened(open_staged: Open) -> None:
    page = open_staged("models")

    page.session_state[key_of(page)] = {"selection": {"rows": [0, 1]}}
    page.run()

    buttons = {b.label: b for b in page.button}
    assert not buttons["Compare 2"].disabled
    assert buttons["Open"].disabled
    buttons["Compare 2"].click().run()
    assert page.title[0].value == "Compare"


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
    page = open_staged("models", project=stage.project.id, algorithm="tree", text="tree")

    page.selectbox(key="project_choice").set_value(other.id).run()

    assert not page.exception
    assert page.text_input(key="text").value == ""
    assert page.multiselect(key="algorithm").value == []
    assert page.info[0].value.startswith("No models yet.")
