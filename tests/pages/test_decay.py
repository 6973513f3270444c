"""Decay: the sentence, the metric in the address, and the way on."""

import json
from datetime import UTC, datetime

import pytest

from db.models import Project as ProjectRow
from db.queries.jobs import unfinished_jobs
from db.session import reading, transaction
from mms.domain.errors import Conflict
from mms.domain.jobs import Job, JobKind
from mms.domain.members import Member
from mms.domain.projects import ProjectDraft, Task
from mms.domain.promotions import Seating
from mms.usecases.members import ensure_local_admin
from mms.usecases.projects import create_project
from mms.usecases.promotions import promote
from mms.usecases.replay import ask_for_replay
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.staged import Stage


def test_the_sentence_says_who_answers_what_its_score_did_and_how_many_labels_are_known(
    open_staged: Open, stage: Stage
) -> None:
    page = open_staged("decay")

    assert not page.exception
    assert page.markdown[0].value.startswith(f"Champion **{stage.models[0].name}** answers since ")
    assert "97% of 360 labels are known." in page.markdown[0].value
    assert len(page.get("plotly_chart")) == 1


def test_the_metric_is_in_the_address(open_staged: Open) -> None:
    page = open_staged("decay", metric="Recall")

    assert page.selectbox(key="metric").value == "Recall"
    assert page.caption[0].value.startswith("Recall: of the rows that truly were positive")


@pytest.mark.slow
def test_the_champion_of_a_scope_is_seen_by_its_address(open_staged: Open, stage: Stage) -> None:
    other = stage.models[1]
    with transaction() as session:
        admin = ensure_local_admin(session, NOW)
        promote(session, admin, Seating(other.id, "for some rows", "group:x=1", against_advice=True), NOW)

    page = open_staged("decay", scope="group:x=1")

    assert not page.exception
    assert page.selectbox(key="scope").options == ["global", "group:x=1"]
    assert f"Champion **{other.name}** answers for rows with x = 1 since" in page.markdown[0].value

    page = open_staged("decay", scope="group:x=1", tab="Drift")

    assert not page.exception
    assert other.name in " ".join(words.value for words in page.markdown[1:])


def test_retraining_opens_its_run(open_staged: Open) -> None:
    page = open_staged("decay")

    page.button(key="retrain").click().run()

    assert not page.exception
    assert page.title[0].value.startswith("Run")


def test_a_project_in_real_time_has_no_replay(open_staged: Open) -> None:
    assert "Next month" not in [b.label for b in open_staged("decay").button]


def replay_it(stage: Stage, at: datetime = datetime(2013, 3, 1, tzinfo=UTC)) -> None:
    """Make the staged project one that walks through its past."""
    with transaction() as session:
        row = session.get_one(ProjectRow, stage.project.id)
        row.is_demo, row.clock = True, at


def replays(stage: Stage) -> list[Job]:
    """What is queued or running of its walk."""
    with reading() as session:
        return [j for j in unfinished_jobs(session, stage.project.id) if j.kind is JobKind.DEMO_REPLAY]


def test_the_next_month_of_a_replaying_project_is_queued_and_followed(open_staged: Open, stage: Stage) -> None:
    replay_it(stage)
    page = open_staged("decay")
    assert any("its present is **1 March 2013**" in m.value for m in page.markdown)

    next(b for b in page.button if b.label == "Next month").click().run()

    assert not page.exception
    assert len(replays(stage)) == 1
    assert "Next month" not in [b.label for b in page.button]
    page.button(key="replay_stop").click().run()
    assert replays(stage) == []


@pytest.mark.slow
def test_a_past_that_is_played_to_its_end_offers_no_month_more_and_says_so(open_staged: Open, stage: Stage) -> None:
    replay_it(stage, datetime(2014, 1, 1, tzinfo=UTC))

    page = open_staged("decay")

    assert not {"Next month", "Play the year"} & {b.label for b in page.button}
    assert any(c.value.startswith("Its past is played to the end: delete the demo project") for c in page.caption)
    with transaction() as session, pytest.raises(Conflict, match="The year 2013 is over"):
        ask_for_replay(session, ensure_local_admin(session, NOW), stage.project.id, 1, NOW)


@pytest.mark.slow
def test_each_tab_draws_only_itself(open_staged: Open) -> None:
    for tab, key in (("Decay", "decay"), ("Age", "ages")):
        page = open_staged("decay", tab=tab)

        assert not page.exception
        assert [chart.proto.id.endswith(f"-{key}") for chart in page.get("plotly_chart")] == [True]


@pytest.mark.parametrize("tab", ["Age", "Segments", "Drift", "Promised", "Why", "Labels"])
@pytest.mark.slow
def test_a_replayed_past_without_a_champion_is_a_sentence_on_every_tab(
    open_page: Open, admin: Member, tab: str
) -> None:
    with transaction() as session:
        made = create_project(session, admin, ProjectDraft("Flights", Task.BINARY, positive_class="late"), NOW)
        session.get_one(ProjectRow, made.id).clock = datetime(2013, 3, 1, tzinfo=UTC)

    page = open_page("decay", tab=tab)

    assert not page.exception
    assert not page.error
    assert not page.get("plotly_chart")


def test_a_project_without_segments_is_told_how_to_name_one(open_staged: Open) -> None:
    page = open_staged("decay", tab="Segments")

    assert not page.exception
    assert any("No segment is watched yet" in text.value for text in page.markdown)


@pytest.mark.slow
def test_the_answers_behind_a_period_stand_in_the_address_wrong_ones_first(open_staged: Open) -> None:
    page = open_staged("decay")
    months = page.selectbox(key="rows_from").options[1:]

    page = open_staged("decay", rows_from=months[0], rows_to=months[-1])

    assert not page.exception
    assert any("**360 answers**, the truth of 350 is known; wrong ones first." in text.value for text in page.markdown)
    (rows,) = [frame.value for frame in page.dataframe if "right" in frame.value]
    assert len(rows) == 25
    assert rows["right"].iloc[0] == "✗"


@pytest.mark.slow
def test_another_grain_forgets_periods_it_does_not_have(open_staged: Open) -> None:
    page = open_staged("decay")
    page.selectbox(key="rows_from").select_index(1).run()
    page.selectbox(key="grain").select("Day").run()

    assert not page.exception
    assert page.selectbox(key="rows_from").value == "none"


def test_every_metric_grain_and_band_is_drawn(open_staged: Open) -> None:
    page = open_staged("decay", grain="Week", by_days="true", previous="true", metric="Log loss")

    assert not page.exception
    assert page.caption[0].value.startswith("Log loss: surprise at the truth")
    assert len(page.get("plotly_chart")) == 1


@pytest.mark.slow
def test_by_day_precision_and_recall_are_drawn_where_they_are_asked_for(open_staged: Open) -> None:
    def axes(**query: str) -> int:
        (chart,) = open_staged("decay", **query).get("plotly_chart")
        return sum(name.startswith("yaxis") for name in json.loads(chart.proto.spec)["layout"])

    assert axes(grain="Day") == 3
    assert axes(grain="Day", beside="true") == axes(grain="Month") == 5
