"""Runs are launched on checked triples, and retrainings challenge the seated champion on rows it never saw."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from db import models as tables
from db.queries.models import get_model
from db.queries.projects import get_project
from db.queries.promotions import advice_for, find_champion
from db.queries.runs import get_run, run_page, run_triples, runs
from db.session import reading, transaction
from mms.domain.errors import Conflict, Forbidden, Invalid, NotFound
from mms.domain.jobs import JobState
from mms.domain.members import Member
from mms.domain.models import ModelState
from mms.domain.projects import Policy, Project, ProjectChanges, PromotionPolicy
from mms.domain.promotions import Seating
from mms.domain.runs import Launch, Retraining, RunKind
from mms.domain.snapshots import Extent, Snapshot
from mms.domain.triples import Triple
from mms.usecases.jobs import retry_job
from mms.usecases.projects import archive_project, delete_project, edit_project
from mms.usecases.promotions import promote
from mms.usecases.runs import cancel_run, launch_run, retrain, retry_run
from tests.trained import ROWS, a_project, a_snapshot, more_points, triple_of, work_off


@pytest.fixture
def project(member: Member, tmp_path: Path, now: datetime) -> Project:
    return a_project(member, tmp_path, now)


@pytest.fixture
def snapshot(member: Member, project: Project, now: datetime) -> Snapshot:
    return a_snapshot(member, project, now)


def launch(member: Member, snapshot: Snapshot, triples: list[Triple], now: datetime) -> int:
    with transaction() as session:
        return launch_run(session, member, Launch(snapshot.id, tuple(triples)), now)


def nothing_was_launched(project: Project) -> bool:
    with reading() as session:
        return not runs(session, project.id) and session.scalar(sa.select(tables.Job.id)) is None


def seat(member: Member, project: Project, snapshot: Snapshot, now: datetime, algorithm: str = "logistic") -> int:
    """A finished run of logistic regression and the baseline, one of which is champion; returns the model's id."""
    launch(member, snapshot, [triple_of(project, snapshot, "logistic")], now)
    work_off(now)
    with transaction() as session:
        model_id = session.scalars(sa.select(tables.Model.id).where(tables.Model.algorithm == algorithm)).one()
        promote(session, member, Seating(model_id, "the first one"), now)
    return model_id


def retrained(member: Member, project: Project, now: datetime) -> int:
    with transaction() as session:
        run_id = retrain(session, member, Retraining(project.id), now)
    work_off(now)
    return run_id


def test_a_launched_run_waits_with_a_baseline_and_each_triple_once(
    store: str, member: Member, project: Project, snapshot: Snapshot, now: datetime
) -> None:
    logistic = triple_of(project, snapshot, "logistic")

    run_id = launch(member, snapshot, [logistic, logistic], now)

    with reading() as session:
        page, asked = run_page(session, run_id), run_triples(session, run_id)
    assert [(t.triple.algorithm, t.origin) for t in page.triples] == [("dummy", "baseline"), ("logistic", "space")]
    assert asked == [logistic]
    assert (page.run.number, page.run.state, page.run.fits) == (1, JobState.QUEUED, 26)
    assert page.run.progress.total == 26
    assert page.snapshot_name == snapshot.name


def test_run_numbers_count_up(store: str, member: Member, project: Project, snapshot: Snapshot, now: datetime) -> None:
    for _ in range(2):
        launch(member, snapshot, [triple_of(project, snapshot, "logistic")], now)

    with reading() as session:
        assert [run.number for run in runs(session, project.id)] == [2, 1]
        assert session.scalar(sa.select(sa.func.count()).select_from(tables.Triple)) == 2


@pytest.mark.parametrize(
    ("algorithm", "hyperparameters", "sentence"),
    [
        ("magic", {}, "'magic'"),
        ("logistic", {"charm": 1}, "no parameter 'charm'"),
        ("logistic", {"C": "much"}, "'C' of 'logistic' takes"),
        ("logistic", {"C": -1.0}, "'C' of 'logistic' takes"),
    ],
)
def test_what_the_registry_does_not_know_is_refused_and_nothing_is_launched(
    store: str,
    member: Member,
    project: Project,
    snapshot: Snapshot,
    now: datetime,
    algorithm: str,
    hyperparameters: dict[str, object],
    sentence: str,
) -> None:
    wrong = Triple(triple_of(project, snapshot, "logistic").recipe, algorithm, hyperparameters)  # type: ignore[arg-type]

    with pytest.raises(Invalid, match=sentence):
        launch(member, snapshot, [wrong], now)

    assert nothing_was_launched(project)


def test_a_run_needs_a_triple_a_snapshot_and_the_permission(
    store: str, member: Member, project: Project, snapshot: Snapshot, now: datetime
) -> None:
    logistic = triple_of(project, snapshot, "logistic")

    with pytest.raises(Invalid, match="at least one triple"):
        launch(member, snapshot, [], now)
    with pytest.raises(NotFound), transaction() as session:
        launch_run(session, member, Launch(99, (logistic,)), now)
    with pytest.raises(Forbidden):
        launch(Member(9, "eve", "Eve"), snapshot, [logistic], now)
    with transaction() as session:
        archive_project(session, member, project.id, now)
    with pytest.raises(Conflict, match="archived"):
        launch(member, snapshot, [logistic], now)

    assert nothing_was_launched(project)


def test_a_cancelled_run_may_run_again(
    store: str, member: Member, project: Project, snapshot: Snapshot, now: datetime
) -> None:
    run_id = launch(member, snapshot, [triple_of(project, snapshot, "logistic")], now)

    with transaction() as session:
        cancel_run(session, member, run_id, now)
    with reading() as session:
        stopped = run_page(session, run_id)
    with transaction() as session:
        retry_run(session, member, run_id, now)

    with reading() as session:
        again = run_page(session, run_id)
    assert {stopped.run.state, *(t.state for t in stopped.triples)} == {JobState.CANCELLED}
    assert {again.run.state, *(t.state for t in again.triples)} == {JobState.QUEUED}


def test_what_failed_in_a_run_is_tried_again_whoever_queues_its_job(
    store: str, member: Member, project: Project, snapshot: Snapshot, now: datetime
) -> None:
    run_id = launch(member, snapshot, [triple_of(project, snapshot, "logistic")], now)
    with transaction() as session:
        job_id = session.scalars(sa.select(tables.Job.id)).one()
        cancel_run(session, member, run_id, now)
        session.execute(sa.update(tables.RunTriple).values(state=JobState.FAILED.value, error="it broke"))

    with transaction() as session:
        retry_job(session, member, job_id, now)

    with reading() as session:
        again = run_page(session, run_id)
    assert {(t.state, t.error) for t in again.triples} == {(JobState.QUEUED, None)}


@pytest.mark.slow
def test_with_a_project_go_its_runs_and_models(
    store: str, member: Member, project: Project, snapshot: Snapshot, now: datetime
) -> None:
    model_id = seat(member, project, snapshot, now)
    run_id = launch(member, snapshot, [triple_of(project, snapshot, "logistic")], now)

    with transaction() as session:
        delete_project(session, member, project.id, now)

    with reading() as session:
        for find in (get_run, run_page, run_triples):
            with pytest.raises(NotFound, match=f"no run {run_id}"):
                find(session, run_id)
        with pytest.raises(NotFound, match=f"no model {model_id}"):
            get_model(session, model_id)
        assert session.get_one(tables.Run, run_id).state == JobState.CANCELLED.value


def test_without_a_champion_there_is_nothing_to_retrain(
    store: str, member: Member, project: Project, now: datetime
) -> None:
    with pytest.raises(Conflict, match="no champion in 'global'"), transaction() as session:
        retrain(session, member, Retraining(project.id), now)

    assert nothing_was_launched(project)


@pytest.mark.slow
def test_one_retraining_of_a_scope_at_a_time(
    store: str, member: Member, project: Project, snapshot: Snapshot, now: datetime
) -> None:
    seat(member, project, snapshot, now)
    with transaction() as session:
        retrain(session, member, Retraining(project.id), now)

    with pytest.raises(Conflict, match="Run 2 is retraining 'global' already"), transaction() as session:
        retrain(session, member, Retraining(project.id), now)


@pytest.mark.slow
def test_a_retraining_scores_champion_and_challenger_on_the_same_new_rows(
    store: str, member: Member, project: Project, snapshot: Snapshot, now: datetime
) -> None:
    champion = seat(member, project, snapshot, now)
    later = now + timedelta(hours=ROWS)
    more_points(member, project, later)

    run_id = retrained(member, project, later)

    with reading() as session:
        page = run_page(session, run_id)
        refitted = next(t for t in page.triples if t.origin == "champion")
        assert refitted.model_id is not None
        row = session.get_one(tables.Model, refitted.model_id)
        newest = session.get_one(tables.RunTriple, refitted.id).newest
        advice = advice_for(session, refitted.model_id)
    assert newest is not None
    assert newest["champion_model_id"] == champion
    assert newest["rows"] == 60  # the newest 3 of 13 blocks of twice as many points, all new to the champion
    assert row.state == ModelState.CHALLENGER.value
    assert page.run.kind is RunKind.RETRAINING
    assert page.run.snapshot_id != snapshot.id
    assert advice.evidence is not None
    assert advice.evidence.challenger == newest["challenger"]
    assert advice.verdict.reason in (page.run.verdict or "")


@pytest.mark.slow
def test_a_retraining_is_judged_by_its_best_model_on_the_newest_rows(
    sqlite_store: str, member: Member, project: Project, snapshot: Snapshot, now: datetime
) -> None:
    space = [triple_of(project, snapshot, name) for name in ("logistic", "naive_bayes", "tree", "neighbours")]
    launch(member, snapshot, space, now)
    work_off(now)
    with transaction() as session:
        seated = session.scalars(sa.select(tables.Model.id).where(tables.Model.algorithm == "neighbours")).one()
        promote(session, member, Seating(seated, "the first one"), now)
    later = now + timedelta(hours=ROWS)
    more_points(member, project, later)

    run_id = retrained(member, project, later)

    with reading() as session:
        made = session.execute(
            sa.select(tables.Model.version, tables.RunTriple.newest)
            .join(tables.RunTriple, tables.RunTriple.id == tables.Model.run_triple_id)
            .where(tables.Model.run_id == run_id, tables.RunTriple.origin != "baseline")
        ).all()
        verdict = get_run(session, run_id).verdict or ""
    best = max(newest["challenger"] for _, newest in made)
    assert len(made) == 4
    assert verdict.split()[0] in {f"v{version}" for version, newest in made if newest["challenger"] == best}


@pytest.mark.slow
def test_a_retraining_without_new_rows_says_so_and_goes_on(
    store: str, member: Member, project: Project, snapshot: Snapshot, now: datetime
) -> None:
    seat(member, project, snapshot, now)

    run_id = retrained(member, project, now)

    with reading() as session:
        run = get_run(session, run_id)
        lines = session.scalars(sa.select(tables.JobLog.message).where(tables.JobLog.job_id == run.job_id)).all()
    assert run.snapshot_id == snapshot.id
    assert any(line.startswith("Nothing is new since snapshot 1") for line in lines)


@pytest.mark.slow
@pytest.mark.parametrize("policy", [PromotionPolicy.ASK, PromotionPolicy.WHEN_BETTER])
def test_the_policy_says_whether_a_better_model_is_seated(
    sqlite_store: str,
    member: Member,
    project: Project,
    snapshot: Snapshot,
    now: datetime,
    policy: PromotionPolicy,
) -> None:
    seat(member, project, snapshot, now, "dummy")
    with transaction() as session:
        edit_project(session, member, project.id, ProjectChanges(policy=Policy(promotion=policy)))
    later = now + timedelta(hours=ROWS)
    more_points(member, project, later)

    run_id = retrained(member, project, later)

    with reading() as session:
        champion = find_champion(session, project.id)
        verdict = get_run(session, run_id).verdict or ""
    assert champion is not None
    assert "beats the champion" in verdict
    assert (champion.model.run_id == run_id) is (policy is PromotionPolicy.WHEN_BETTER)
    assert ("It was promoted" in verdict) is (policy is PromotionPolicy.WHEN_BETTER)


@pytest.mark.slow
def test_the_policy_s_window_is_what_a_retraining_learns_from(
    store: str, member: Member, project: Project, snapshot: Snapshot, now: datetime
) -> None:
    seat(member, project, snapshot, now)
    with transaction() as session:
        edit_project(session, member, project.id, ProjectChanges(policy=Policy(window_days=4)))
        run_id = retrain(session, member, Retraining(project.id), now)

    with reading() as session:
        asked = session.get_one(tables.Run, run_id).request["retraining"]["selection"]
        assert get_project(session, member, project.id).policy.window_days == 4
    assert (asked["extent"], asked["amount"]) == (Extent.LAST_DAYS.value, 4)
