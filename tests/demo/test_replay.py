"""The demo project end to end without a browser: load, train, promote, play a month."""

from datetime import UTC, datetime

import pytest

from db import models as tables
from db.queries.decay import DecayView, decay_page
from db.queries.models import best_models
from db.queries.projects import get_project
from db.queries.runs import run_triples, runs
from db.queries.snapshots import snapshots
from db.queries.tables import feature_tables, get_table_named
from db.queries.triggers import triggers
from db.session import reading, transaction
from mms.demo.load import FIRST_MORNING, load_demo
from mms.demo.replay import replay, replay_job
from mms.domain.errors import Conflict
from mms.domain.jobs import JobKind
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.promotions import Seating
from mms.domain.runs import Launch
from mms.domain.snapshots import FoldKind
from mms.usecases.jobs import JobContext, cancel_job, claim, finish
from mms.usecases.promotions import promote
from mms.usecases.recounts import rebuild_all
from mms.usecases.replay import ask_for_replay
from mms.usecases.runs import cancel_run, launch_run
from tests.trained import work_off

pytestmark = pytest.mark.slow
APRIL = datetime(2013, 4, 1, tzinfo=UTC)


@pytest.fixture
def project(sqlite_store: str, member: Member, now: datetime) -> Project:
    """The demo, loaded; its first run waits."""
    return load_demo(transaction, member, now)


def seat_a_quick_model(member: Member, project: Project, now: datetime) -> None:
    """Naive Bayes instead of the whole first run, to save a minute."""
    with transaction() as session:
        (first,) = runs(session, project.id)
        cancel_run(session, member, first.id, now)
        (snapshot,) = snapshots(session, project.id)
        quick = [t for t in run_triples(session, first.id) if t.algorithm == "naive_bayes"]
        launch_run(session, member, Launch(snapshot.id, tuple(quick)), now)
    work_off(now)
    with transaction() as session:
        best = best_models(session, project.id, algorithm="naive_bayes")[0]
        promote(session, member, Seating(best.id, "quick"), FIRST_MORNING)


def test_loading_freezes_the_known_rows_and_queues_a_run(project: Project, member: Member, now: datetime) -> None:
    with reading() as session:
        names = {table.name for table in feature_tables(session, project.id)}
        (snapshot,) = snapshots(session, project.id)
        (run,) = runs(session, project.id)
        algorithms = {triple.algorithm for triple in run_triples(session, run.id)}
        watching = {row.trigger.name for row in triggers(session, project, FIRST_MORNING)}

    assert names == {"flights", "weather", "planes", "airports", "airlines"}
    assert snapshot.fold_plan.kind is FoldKind.BY_TIME
    assert snapshot.time_to is not None
    assert snapshot.time_to < FIRST_MORNING
    assert snapshot.row_count == 19_124
    assert {"naive_bayes", "svm", "neighbours", "logistic", "boosting"} <= algorithms
    assert watching == {"size", "time", "decay"}
    assert load_demo(transaction, member, now).id == project.id


def test_a_month_is_played_once_and_counted_exactly(project: Project, member: Member, now: datetime) -> None:
    with transaction() as session, pytest.raises(Conflict, match="promote a model first"):
        ask_for_replay(session, member, project.id, 1, now)
    seat_a_quick_model(member, project, now)

    replay(transaction, member, project.id, 1)

    with reading() as session:
        played = get_project(session, member, project.id)
        page = decay_page(session, played, DecayView("f1"), played.present(now))
        base = get_table_named(session, project.id, "flights")
    (march,) = page.points
    assert played.clock == APRIL
    assert (march.n, march.mature) == (2_000, True)
    assert march.labelled == session_truths(project.id)
    assert base.row_count > 20_000 + 1_800
    rebuild_all(transaction, member, project.id, now)
    with reading() as session:
        assert decay_page(session, played, DecayView("f1"), APRIL).points == page.points


def session_truths(project_id: int) -> int:
    """Stored predictions whose truth is known."""
    with reading() as session:
        return (
            session.query(tables.Prediction)
            .filter(tables.Prediction.project_id == project_id, tables.Prediction.truth.is_not(None))
            .count()
        )


def test_a_replay_job_goes_on_where_it_was_stopped(project: Project, member: Member, now: datetime) -> None:
    seat_a_quick_model(member, project, now)
    with transaction() as session:
        ask_for_replay(session, member, project.id, 2, now)
        job = claim(session, "first", now)
    while job is not None and job.kind is not JobKind.DEMO_REPLAY:
        with transaction() as session:
            finish(session, job.id, job.attempt, now)
            job = claim(session, "first", now)
    assert job is not None

    class Stopped(Exception):
        """The worker was killed."""

    days = iter(range(5))

    def clock() -> datetime:
        if next(days, None) is None:
            raise Stopped
        return now

    with pytest.raises(Stopped):
        replay_job(JobContext(job, transaction, clock))
    with reading() as session:
        half_way = get_project(session, member, project.id).clock
    assert half_way is not None
    assert FIRST_MORNING < half_way < APRIL

    replay_job(JobContext(job, transaction, lambda: now))

    with transaction() as session:
        assert get_project(session, member, project.id).clock == APRIL
        finish(session, job.id, job.attempt, now)
        following = claim(session, "second", now)
        assert following is not None
        assert (following.kind, following.arguments["months"]) == (JobKind.DEMO_REPLAY, 1)
        assert sum(p.n for p in decay_page(session, project, DecayView("f1"), APRIL).points) == 2_000
        cancel_job(session, member, following.id, now)
