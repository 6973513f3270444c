"""Runs: what a queued, a finished and a replaying run say of themselves."""

from dataclasses import replace
from datetime import timedelta

from db.queries.runs import RunPage, run_page
from db.session import reading, transaction
from mms.domain.jobs import JobState
from mms.domain.members import PRODUCT
from mms.domain.runs import Retraining
from mms.usecases.runs import retrain
from pages.parts.run_live import sentence
from tests.conftest import NOW
from tests.pages.conftest import Open
from tests.pages.test_decay import replay_it
from tests.staged import Stage


def queued(stage: Stage) -> RunPage:
    """A retraining that waits, as its page reads it."""
    with transaction() as session:
        run_id = retrain(session, PRODUCT, Retraining(stage.project.id), NOW)
    with reading() as session:
        return run_page(session, run_id)


def test_a_queued_run_of_a_replaying_project_waits_in_real_time(stage: Stage) -> None:
    replay_it(stage)

    page = queued(stage)

    assert sentence(page, NOW + timedelta(seconds=3)) == "**○ queued** for 3.0 s."
    assert sentence(page, NOW + timedelta(seconds=20)).endswith("No worker has taken it: is one running?")


def test_a_queued_run_names_what_is_before_it(stage: Stage) -> None:
    page = replace(queued(stage), ahead=2)

    assert sentence(page, NOW + timedelta(hours=1)) == "**○ queued** for 1 h. 2 jobs before it."


def test_a_finished_run_says_how_long_it_took_and_no_date_of_another_clock(open_staged: Open, stage: Stage) -> None:
    replay_it(stage)
    page = open_staged("runs", run=stage.models[0].run_id)

    assert not page.exception
    assert page.markdown[0].value.startswith(f"**✓ {JobState.SUCCEEDED.value}** after ")
    assert any(c.value.endswith("on the clock of the project") for c in page.caption)


def test_a_finished_run_proposes_the_simplest_of_the_band_and_says_how_each_stands(
    open_staged: Open, stage: Stage
) -> None:
    page = open_staged("runs", run=stage.models[0].run_id)

    board = page.dataframe[0].value
    assert not page.exception
    said = next(m.value for m in page.markdown if "tried on this snapshot" in m.value)
    assert said.startswith(f"**{stage.models[0].name}** is best of this run, after 2 triples tried")
    assert board["stands"][0] == "best"
    assert board["stands"][len(board) - 1].startswith("worse, p ")
