"""A model's Diagnostics tab, where one looks inside it and finds where it errs; and the slices page."""

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from db.queries.diagnostics import diagnostics
from db.queries.models import best_models
from db.session import reading, transaction
from mms.domain.diagnostics import DiagnosticKind
from mms.domain.jobs import JobKind, JobState
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.runs import Launch
from mms.domain.subjects import Subject, SubjectKind
from mms.domain.tables import FileProject
from mms.domain.triples import BASELINE
from mms.usecases.diagnostics import make_diagnostics
from mms.usecases.jobs import JobContext, claim, finish
from mms.usecases.runs import launch_run
from mms.usecases.tables import project_from_file
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.staged import Stage
from tests.trained import a_snapshot, points, triple_of, work_off

pytestmark = pytest.mark.slow


def said(page: AppTest) -> str:
    """All sentences of a page."""
    assert not page.exception
    assert not page.error
    return "\n".join(
        [*(m.value for m in page.markdown), *(i.value for i in page.info), *(c.value for c in page.caption)]
    )


def work_off_diagnostics() -> None:
    """Do every queued check in this process, as a worker's child would."""
    now = datetime.now(UTC)  # the page asked just now
    while True:
        with transaction() as session:
            job = claim(session, "test", now)
        if job is None:
            return
        if job.kind is JobKind.DIAGNOSTICS:
            make_diagnostics(JobContext(job, transaction, lambda: now))
        with transaction() as session:
            finish(session, job.id, job.attempt, now)


def inside(open_staged: Open, stage: Stage, view: str, algorithm: str = "logistic", **query: object) -> AppTest:
    """The view of a model of this algorithm."""
    model = next(m for m in stage.models if m.algorithm == algorithm)
    return open_staged("model", id=model.id, tab="Diagnostics", check="Look inside", inside=view, **query)


def test_weights_are_told_with_their_folds_or_why_there_are_none(open_staged: Open, stage: Stage) -> None:
    told, none = said(inside(open_staged, stage, "Weights")), said(inside(open_staged, stage, "Weights", BASELINE))

    assert "weighs most in" in told
    assert "does not tell what its features weigh" in none


def test_what_takes_fits_tells_its_cost_and_is_drawn_when_a_worker_has_made_it(open_staged: Open, stage: Stage) -> None:
    page = inside(open_staged, stage, "More rows", "tree", rows_folds=3)
    assert "**12 fits, about " in said(page)

    page.button(key="ask_learning").click().run()
    assert not page.exception
    work_off_diagnostics()
    page.run()

    assert "rows F1 went from" in said(page)


def test_shuffled_columns_and_one_column_are_asked_for_in_calls(open_staged: Open, stage: Stage) -> None:
    shuffled = inside(open_staged, stage, "Shuffled columns")
    assert "**3 fits and 33 calls of the fits, about " in said(shuffled)
    shuffled.button(key="ask_shuffled").click().run()
    column = inside(open_staged, stage, "One column", column="y")
    assert "**20 calls of the model, about " in said(column)
    column.button(key="ask_one_column").click().run()

    work_off_diagnostics()

    assert "weighs most in" in said(shuffled.run())
    assert "With y at" in said(column.run())


def test_a_hyperparameter_is_tried_by_fits_where_no_model_has_it(open_staged: Open, stage: Stage) -> None:
    page = inside(open_staged, stage, "One hyperparameter", "tree", parameter="max_depth", values="2, 3", value_folds=3)
    assert "No other model of this recipe and algorithm on these rows differs in max_depth alone." in said(page)
    assert "**6 fits, about " in said(page)

    page.text_input(key="values").set_value("deep").run()

    assert not page.exception
    assert page.error[0].value.startswith("Parameter 'max_depth' of 'max_depth' takes a whole number")


def test_the_errors_are_told_by_slices_and_by_groups(open_staged: Open, stage: Stage) -> None:
    base = {"id": stage.models[0].id, "tab": "Diagnostics", "check": "Where it errs"}

    slices = said(open_staged("model", **base, errs="Slices"))
    groups = said(open_staged("model", **base, errs="Groups", group_by="x"))

    assert "errs alike everywhere" in slices or "answers wrongly" in slices
    assert "is best where x is" in groups


def test_a_slice_of_a_link_ranks_the_models_and_a_broken_link_is_refused(open_staged: Open, stage: Stage) -> None:
    page = open_staged("slices", project=stage.project.id, rule=json.dumps([["x", ">", 0]]))
    broken = open_staged("slices", project=stage.project.id, rule="[[")

    assert "rows have x > 0." in said(page)
    (frame,) = (table.value for table in page.dataframe)
    assert frame["place"].tolist() == list(range(1, len(stage.models) + 1))
    assert broken.error[0].value.startswith(as_text("'[[' is no rule: write a JSON list"))


def test_a_stored_check_is_known_to_belong_to_its_model(open_staged: Open, stage: Stage) -> None:
    inside(open_staged, stage, "Weights")
    model = next(m for m in stage.models if m.algorithm == "logistic")

    with reading() as session:
        found = diagnostics(session, Subject(SubjectKind.MODEL, model.id))

    assert (DiagnosticKind.IMPORTANCES, JobState.SUCCEEDED) in [(one.question.kind, one.state) for one in found]


def test_selected_points_of_residuals_open_their_rows(open_page: Open, admin: Member, tmp_path: Path) -> None:
    frame = points(NOW).drop(columns="side").assign(height=lambda rows: 3 * rows["x"] + rows["y"])
    frame.to_csv(tmp_path / "heights.csv", index=False)
    source = FileProject("Heights", tmp_path / "heights.csv", "height", ("id",), "at", "")
    with transaction() as session:
        project = project_from_file(session, admin, source, NOW)
    snapshot = a_snapshot(admin, project, NOW)
    with transaction() as session:
        launch_run(session, admin, Launch(snapshot.id, (triple_of(project, snapshot, "ridge"),)), NOW)
    work_off(NOW)
    with reading() as session:
        ridge = best_models(session, project.id, 1)[0]
    page = open_page("model", id=ridge.id, tab="Diagnostics", check="Where it errs")
    assert "is off by" in said(page)

    page.session_state["answered"] = {"selection": {"points": [{"customdata": 40}, {"customdata": [41]}]}}
    page.run()

    assert "**2 rows** behind it:" in said(page)
    (table,) = [shown.value for shown in page.dataframe if "truth" in shown.value.columns]
    assert table["row"].tolist() == [40, 41]
    assert np.allclose(table["truth"], 3 * table["x"] + table["y"])
