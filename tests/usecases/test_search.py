"""Searches: a race leaves the worse behind, trials heed what was found, and a crash changes nothing."""

from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from db import models as tables
from db.queries.runs import get_run, triples_of_run
from db.session import reading, transaction
from mms.domain.errors import Invalid
from mms.domain.jobs import JobState
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.runs import FINAL_FIT, Launch, Origin, RunTriple
from mms.domain.search import RACE, Choice, Range, Search, SearchKind, space_to_json
from mms.domain.snapshots import FOLDS, Snapshot
from mms.domain.triples import Triple
from mms.ml.spaces import first_space
from mms.usecases.jobs import JobContext, release
from mms.usecases.runs import launch_run
from tests.trained import a_project, a_snapshot, triple_of, work_off

DEPTHS = (1, 2, 3, 4, 5, 6)


class Killed(BaseException):
    """What stands for SIGKILL: nothing of the product may catch it."""


@pytest.fixture
def project(member: Member, tmp_path: Path, now: datetime) -> Project:
    return a_project(member, tmp_path, now)


@pytest.fixture
def snapshot(member: Member, project: Project, now: datetime) -> Snapshot:
    return a_snapshot(member, project, now)


def trees(project: Project, snapshot: Snapshot) -> tuple[Triple, ...]:
    return tuple(triple_of(project, snapshot, "tree", max_depth=depth, min_samples_leaf=1) for depth in DEPTHS)


def trials(project: Project, snapshot: Snapshot, count: int) -> Search:
    recipe = first_space(project.task, snapshot)[1].recipe
    space = {
        "logistic": Choice((recipe,), {"C": Range(0.001, 10.0)}),
        "tree": Choice((recipe,), {"max_depth": Range(1, 12), "class_weight": ("balanced", None)}),
    }
    return Search(SearchKind.TRIALS, trials=count, space=space_to_json(space))


def launched(member: Member, launch: Launch, now: datetime) -> int:
    with transaction() as session:
        return launch_run(session, member, launch, now)


def triples_in(run_id: int, project: Project) -> list[RunTriple]:
    with reading() as session:
        return triples_of_run(session, run_id, project.primary_metric)


def folds_in(run_id: int) -> dict[int, set[int]]:
    fold, triple = tables.FoldResult, tables.RunTriple
    stmt = sa.select(triple.position, fold.fold).join(fold).where(triple.run_id == run_id)
    folds: dict[int, set[int]] = {}
    with reading() as session:
        for position, number in session.execute(stmt):
            folds.setdefault(position, set()).add(number)
    return folds


def outcome(run_id: int, project: Project) -> list[tuple[str, JobState, str | None, float | None, int]]:
    return [(t.triple.hash, t.state, t.note, t.score, t.folds_done) for t in triples_in(run_id, project)]


@pytest.mark.slow
def test_a_race_follows_the_better_ones_further_and_takes_the_fits_it_foretold(
    sqlite_store: str, member: Member, project: Project, snapshot: Snapshot, now: datetime
) -> None:
    search = Search(SearchKind.HALVING, factor=3)
    run_id = launched(member, Launch(snapshot.id, trees(project, snapshot), search=search), now)

    work_off(now)

    found, folds = triples_in(run_id, project), folds_in(run_id)
    left = [t for t in found if t.state is JobState.CANCELLED]
    stayed = [t for t in found if t.state is JobState.SUCCEEDED and t.origin is Origin.SPACE]
    assert (len(left), len(stayed)) == (4, 2)
    assert all(folds[t.position] == set(RACE[:4]) and t.model_id is None for t in left)
    assert all(folds[t.position] == {*range(FOLDS), FINAL_FIT} and t.model_id is not None for t in (*stayed, found[0]))
    assert found[0].origin is Origin.BASELINE
    notes = {t.note.split(":")[0] for t in left if t.note}
    assert notes == {"left after 4 folds"}
    with reading() as session:
        run = get_run(session, run_id)
    assert run.fits == run.progress.done == run.progress.total == sum(map(len, folds.values())) == 13 + 6 * 4 + 2 * 9


@pytest.mark.slow
def test_whoever_is_left_was_no_better_than_whoever_stayed(
    sqlite_store: str, member: Member, project: Project, snapshot: Snapshot, now: datetime
) -> None:
    search = Search(SearchKind.HALVING, factor=3)
    run_id = launched(member, Launch(snapshot.id, trees(project, snapshot), search=search), now)

    work_off(now)

    fold, triple = tables.FoldResult, tables.RunTriple
    stmt = sa.select(triple.id, fold.scores).join(fold).where(triple.run_id == run_id, fold.fold.in_(RACE[:4]))
    means: dict[int, float] = {}
    with reading() as session:
        for id_, scores in session.execute(stmt):
            means[id_] = means.get(id_, 0.0) + scores[project.primary_metric]
    found = [t for t in triples_in(run_id, project) if t.origin is Origin.SPACE]
    worst = min(means[t.id] for t in found if t.state is JobState.SUCCEEDED)
    assert all(means[t.id] <= worst for t in found if t.state is JobState.CANCELLED)


@pytest.mark.slow
def test_trials_add_what_was_asked_for_and_every_one_becomes_a_model(
    sqlite_store: str, member: Member, project: Project, snapshot: Snapshot, now: datetime
) -> None:
    search = trials(project, snapshot, 5)
    run_id = launched(member, Launch(snapshot.id, search=search), now)
    with reading() as session:
        before = get_run(session, run_id)

    work_off(now)

    found = triples_in(run_id, project)
    assert before.triples == len(found) == 1 + 5
    assert [t.origin for t in found] == [Origin.BASELINE, *[Origin.TRIAL] * 5]
    assert {t.state for t in found} == {JobState.SUCCEEDED}
    assert len({t.triple.hash for t in found}) == 6
    with reading() as session:
        assert get_run(session, run_id).progress.done == before.fits == 6 * 13


@pytest.mark.parametrize("kind", [SearchKind.HALVING, SearchKind.TRIALS])
@pytest.mark.parametrize("writes", [3, 9])
@pytest.mark.slow
def test_a_search_that_was_killed_goes_on_to_the_same_end(
    sqlite_store: str,
    member: Member,
    project: Project,
    snapshot: Snapshot,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    kind: SearchKind,
    writes: int,
) -> None:
    if kind is SearchKind.HALVING:
        launch = Launch(snapshot.id, trees(project, snapshot), search=Search(kind, factor=2))
    else:
        launch = Launch(snapshot.id, search=trials(project, snapshot, 6))
    undisturbed = launched(member, launch, now)
    work_off(now)
    killed = launched(member, launch, now)
    with monkeypatch.context() as patch:
        kill_after(patch, writes)
        with pytest.raises(Killed):
            work_off(now)
    with transaction() as session:
        job = session.scalars(sa.select(tables.Job).where(tables.Job.state == JobState.RUNNING.value)).one()
        release(session, job.id, job.attempt, "the worker was killed", now)

    work_off(now)

    assert outcome(killed, project) == outcome(undisturbed, project)
    assert folds_in(killed) == folds_in(undisturbed)


def kill_after(patch: pytest.MonkeyPatch, writes: int) -> None:
    left = [writes]
    record = JobContext.record

    def counted(self: JobContext, *args: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        record(self, *args)  # type: ignore[arg-type]

    patch.setattr(JobContext, "record", counted)


@pytest.mark.parametrize(
    ("search", "sentence"),
    [
        (Search(SearchKind.TRIALS, trials=5), "A search by trials needs a space: choose at least one algorithm."),
        (Search(SearchKind.TRIALS, trials=0), "A search by trials proposes 1 to 1,000 triples; it got 0."),
        (Search(SearchKind.HALVING, factor=1), "One in 2 to 12 triples stays at each rung; it got one in 1."),
        (Search(SearchKind.TRIALS, trials=5, space={"tree": {}}), "This is no space: per algorithm it has"),
        (
            Search(SearchKind.TRIALS, trials=5, space={"magic": {"recipes": [], "values": {}}}),
            "'magic' is no algorithm for a binary project",
        ),
        (
            Search(SearchKind.TRIALS, trials=5, space={"tree": {"recipes": [], "values": {}}}),
            "'tree' has no recipe: choose at least one, or leave the algorithm out.",
        ),
    ],
)
def test_a_search_that_cannot_be_is_refused_and_nothing_is_launched(
    sqlite_store: str,
    member: Member,
    project: Project,
    snapshot: Snapshot,
    now: datetime,
    search: Search,
    sentence: str,
) -> None:
    with pytest.raises(Invalid) as refusal, transaction() as session:
        launch_run(session, member, Launch(snapshot.id, trees(project, snapshot), search=search), now)

    assert refusal.value.sentence.startswith(sentence)
    with reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(tables.Run)) == 0
