"""Labels: how late they are, a draw, rows answered one by one, and what they tell of the score."""

from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from db.queries.label_requests import label_draws
from db.session import reading, transaction
from mms.domain.label_requests import RELEASE, DrawDraft, DrawProgress, Why
from mms.domain.members import Member, Role
from mms.domain.projects import Task
from mms.usecases.buckets import fold_buckets
from mms.usecases.label_requests import answer_label, draw_labels, take_label, undo_label
from tests.answered import a_watched_model, put
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.staged import Stage

SINCE = (NOW - timedelta(days=93)).date()
GRACE = Member(77, "grace", "Grace Hopper", frozenset({Role.SCIENTIST}))
SINCE_MIDNIGHT = NOW.replace(hour=0) - timedelta(days=93)


def labels(open_staged: Open, **more: object) -> AppTest:
    page = open_staged("decay", tab="Labels", labels_since=SINCE, **more)
    assert not page.exception
    return page


def progress(stage: Stage) -> list[DrawProgress]:
    with reading() as session:
        return label_draws(session, stage.project.id)


def said(page: AppTest) -> str:
    return " ".join(text.value for text in page.markdown)


def test_it_says_how_many_labels_are_known_and_how_late_they_come(open_staged: Open, stage: Stage) -> None:
    page = labels(open_staged)

    assert "**97%** of 360 answers of these days have their truth." in said(page)
    assert "Half of those took up to" in said(page)
    assert "No row of this pile waits for you. Draw some above." in said(page)


@pytest.mark.slow
def test_a_row_is_drawn_answered_not_known_and_taken_back_and_the_score_is_told(
    open_staged: Open, stage: Stage
) -> None:
    page = labels(open_staged, metric="Accuracy")

    page.button(key="draw_random").click().run()
    assert "10 rows left." in said(page)
    assert page.dataframe[0].value["feature"].tolist() in (["x", "y"], ["y", "x"])
    page.button(key="label_2").click().run()
    page.button(key="label_unknown").click().run()
    page.button(key="label_skip").click().run()
    page.button(key="label_1").click().run()
    page.button(key="label_undo").click().run()

    assert not page.exception
    assert any("which counts until it is told anew" in info.value for info in page.info)
    assert page.button(key="label_unknown").disabled
    (draw,) = progress(stage)
    assert (draw.draw.frame_n, draw.told, draw.not_known, draw.left) == (10, 1, 1, 8)
    assert "Accuracy of the 10 answers that waited:" in said(page)
    assert f"{SINCE:%-d %b %Y} to " in said(page)  # another year than the last day's
    assert "more to know Accuracy within 5 points.**" in said(page)
    assert "The 350 labels that came by themselves say Accuracy" in said(page)


@pytest.mark.slow
def test_the_most_informative_rows_are_a_pile_of_their_own(open_staged: Open, stage: Stage) -> None:
    page = labels(open_staged)
    page.number_input(key="draw_count").set_value(3)
    page.button(key="draw_informative").click().run()

    page.radio(key="pile").set_value("Most informative").run()

    assert not page.exception
    assert "3 rows left." in said(page)
    assert [one.draw.why for one in progress(stage)] == [Why.INFORMATIVE]


def test_what_others_have_on_their_screens_is_said(open_staged: Open, stage: Stage) -> None:
    with transaction() as session:
        one = DrawDraft(since=SINCE_MIDNIGHT, count=1)
        draw_labels(session, GRACE, stage.project.id, one, NOW)
        take_label(session, GRACE, stage.project.id, Why.RANDOM, datetime.now(UTC))

    page = labels(open_staged)

    assert "1 row is on another screen" in said(page)
    assert not page.dataframe


@pytest.mark.slow
def test_a_row_that_somebody_else_took_back_is_not_said_to_be_told_by_you(open_staged: Open, stage: Stage) -> None:
    earlier = datetime.now(UTC) - 2 * RELEASE
    with transaction() as session:
        draw_labels(session, GRACE, stage.project.id, DrawDraft(since=SINCE_MIDNIGHT, count=1), NOW)
        row = take_label(session, GRACE, stage.project.id, Why.RANDOM, earlier)
        assert row is not None
        answer_label(session, GRACE, stage.project.id, row.id, row.classes[0], earlier)
        undo_label(session, GRACE, stage.project.id, earlier)

    page = labels(open_staged)

    (info,) = page.info
    assert info.value.startswith(f"It was told '{row.classes[0]}', which counts until it is told anew")
    unknown = page.button(key="label_unknown")
    assert unknown.disabled
    assert unknown.help == f"'{row.classes[0]}' was told and counts: tell another truth, or skip the row."
    page.button(key="label_2").click().run()
    page.button(key="label_undo").click().run()
    assert [info.value.partition(",")[0] for info in page.info] == [f"You said '{row.classes[1]}'"]


@pytest.mark.slow
def test_a_number_is_typed(open_page: Open, admin: Member) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        project_id, model_id = a_watched_model(session, Task.REGRESSION, now)
        put(session, project_id, model_id, [{"value": 2.5, "features": {"x": 1.0}, "predicted_at": now}])
        fold_buckets(session, project_id, now)
        draw_labels(session, admin, project_id, DrawDraft(), now)

    page = open_page("decay", project=project_id, tab="Labels")
    page.button(key="label_record").click().run()

    assert not page.exception
    assert page.number_input(key="label_truth_1").value is None
    assert any("Say what was true" in text.value for text in page.caption)
    page.button(key="label_unknown").click().run()
    assert "No row of this pile waits for you." in said(page)
