"""Runs: launched, retrained, cancelled, run again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.jobs import UNFINISHED
from db.queries.projects import hold_project, live_project, project_of
from db.queries.promotions import find_champion
from db.queries.runs import live_run, run_triples
from db.queries.snapshots import get_snapshot
from mms.domain.errors import Conflict, Invalid
from mms.domain.jobs import JobDraft, JobKind, JobState
from mms.domain.members import Member, Permission
from mms.domain.projects import Project, Task
from mms.domain.promotions import GLOBAL, checked_scope
from mms.domain.recipes import recipes_of
from mms.domain.runs import Launch, Origin, Retraining, RunKind, fits_of
from mms.domain.snapshots import Extent, Selection, Snapshot, selection_to_json
from mms.domain.triples import BASELINE, Triple
from mms.ml.algorithms import algorithm_named
from mms.ml.recipes import checked_recipe
from mms.ml.spaces import baseline
from mms.usecases.jobs import cancel_job, enqueue, retry_job
from mms.usecases.recipes import store_recipes


@dataclass(frozen=True, slots=True)
class _Stored:
    """What every launch stores. triples: (triple, origin), in order. retraining: as it lies in the request."""

    project: Project
    kind: RunKind
    triples: Sequence[tuple[Triple, Origin]]
    seed: int = 0
    snapshot_id: int | None = None
    scope: str = GLOBAL
    firing_id: int | None = None
    retraining: dict[str, Any] | None = None


def launch_run(session: Session, member: Member, launch: Launch, now: datetime) -> int:
    """Check every triple, add the Dummy baseline, store the run and its job; return the run's id."""
    member.require(Permission.TRAIN)
    snapshot = get_snapshot(session, launch.snapshot_id)
    project = _open_project(session, snapshot.project_id)
    if not launch.triples:
        raise Invalid("A run needs at least one triple: choose a recipe and an algorithm.")
    checked = [_checked(triple, snapshot, project.task) for triple in launch.triples]
    plan = _Stored(project, RunKind.SELECTION, _with_baseline(checked, project.task), launch.seed, snapshot.id)
    return _launched(session, member, plan, now)


def retrain(session: Session, member: Member, request: Retraining, now: datetime) -> int:
    """Launch the champion's search space on a new snapshot, taken by the run's first step; return the run's id.

    The champion's own triple is always refitted on the new folds.
    """
    member.require(Permission.TRAIN)
    scope = checked_scope(request.scope)
    project = _open_project(session, request.project_id)
    champion = find_champion(session, project.id, scope)
    if champion is None:
        raise Conflict(f"There is no champion in '{scope}' to challenge: promote a model first, then retrain.")
    _refuse_second(session, project.id, scope)
    row = session.get_one(tables.Model, champion.model.id)
    seated = Triple.from_json(session.get_one(tables.Triple, row.triple_id).content)
    space = {triple.hash: (triple, Origin.SPACE) for triple in run_triples(session, row.run_id)}
    space[seated.hash] = (seated, Origin.CHAMPION)
    selection = request.selection or _window(project)
    launch = _Stored(
        project,
        RunKind.RETRAINING,
        _with_baseline(list(space.values()), project.task),
        seed=row.seed,
        scope=scope,
        firing_id=request.firing_id,
        retraining={
            "scope": scope,
            "selection": selection_to_json(selection),
            "champion_model_id": champion.model.id,
        },
    )
    return _launched(session, member, launch, now)


def cancel_run(session: Session, member: Member, run_id: int, now: datetime) -> None:
    """Stop a run; finished models stay."""
    cancel_job(session, member, _job_of(session, run_id), now)


def retry_run(session: Session, member: Member, run_id: int, now: datetime) -> None:
    """Queue a failed or cancelled run again; finished folds are kept."""
    retry_job(session, member, _job_of(session, run_id), now)


def _checked(triple: Triple, snapshot: Snapshot, task: Task) -> tuple[Triple, Origin]:
    """The triple with every parameter filled in, so that equal triples have equal hashes."""
    algorithm = algorithm_named(triple.algorithm, task)
    recipe = checked_recipe(triple.recipe, snapshot.schema)
    complete = Triple(recipe, algorithm.name, algorithm.checked(triple.hyperparameters))
    return complete, Origin.BASELINE if algorithm.name == BASELINE else Origin.SPACE


def _with_baseline(triples: Sequence[tuple[Triple, Origin]], task: Task) -> list[tuple[Triple, Origin]]:
    """Each triple once, the baseline first: it is quick, and what all others must beat."""
    unique = {triple.hash: (triple, origin) for triple, origin in triples}
    if not any(triple.algorithm == BASELINE for triple, _ in unique.values()):
        return [(baseline(task, triples[0][0].recipe), Origin.BASELINE), *unique.values()]
    return sorted(unique.values(), key=lambda pair: pair[0].algorithm != BASELINE)


def _launched(session: Session, member: Member, launch: _Stored, now: datetime) -> int:
    project = launch.project
    run = tables.Run(
        project_id=project.id,
        number=_next_number(session, project.id),
        kind=launch.kind.value,
        state=JobState.QUEUED.value,
        snapshot_id=launch.snapshot_id,
        scope=launch.scope,
        firing_id=launch.firing_id,
        request={
            "triples": [triple.to_json() for triple, origin in launch.triples if origin is not Origin.BASELINE],
            "retraining": launch.retraining,
        },
        seed=launch.seed,
        triples=len(launch.triples),
        launched_by=member.display_name,
        created_at=project.present(now),
    )
    session.add(run)
    session.flush()
    store_recipes(session, project.id, recipes_of(t for t, _ in launch.triples), member.display_name, run.created_at)
    for position, (triple, origin) in enumerate(launch.triples):
        triple_id = _stored_triple(session, project.id, triple)
        session.add(
            tables.RunTriple(
                run_id=run.id, triple_id=triple_id, position=position, origin=origin.value, state=JobState.QUEUED.value
            )
        )
    draft = JobDraft(JobKind.RUN, {"run_id": run.id}, project_id=project.id, total=fits_of(run.triples))
    run.job_id = enqueue(session, draft, now)
    session.flush()
    return run.id


def _open_project(session: Session, project_id: int) -> Project:
    project = project_of(live_project(session, project_id))
    if project.archived_at is not None:
        raise Conflict(f"Project '{project.name}' is archived: bring it back before you train in it.")
    return project


def _refuse_second(session: Session, project_id: int, scope: str) -> None:
    """One unfinished retraining a scope: the second would learn the same from the same rows."""
    run = tables.Run
    hold_project(session, project_id)
    unfinished = sa.select(run.number).where(
        run.project_id == project_id,
        run.scope == scope,
        run.kind == RunKind.RETRAINING.value,
        run.state.in_(UNFINISHED),
    )
    number = session.scalar(unfinished.limit(1))
    if number is not None:
        raise Conflict(f"Run {number} is retraining '{scope}' already: wait for it, or stop it first.")


def _window(project: Project) -> Selection:
    """The rows the project's policy lets a retraining learn from."""
    days = project.policy.window_days
    return Selection() if days is None else Selection(Extent.LAST_DAYS, days)


def _next_number(session: Session, project_id: int) -> int:
    project = tables.Project
    counted = sa.update(project).where(project.id == project_id).values(last_run=project.last_run + 1)
    return session.scalars(counted.returning(project.last_run)).one()


def _stored_triple(session: Session, project_id: int, triple: Triple) -> int:
    """The row of a triple, made where the project has none of this hash."""
    stmt = sa.select(tables.Triple.id).where(tables.Triple.project_id == project_id, tables.Triple.hash == triple.hash)
    found = session.scalar(stmt)
    if found is not None:
        return found
    row = tables.Triple(project_id=project_id, hash=triple.hash, content=triple.to_json())
    session.add(row)
    session.flush()
    return row.id


def _job_of(session: Session, run_id: int) -> int:
    job_id = live_run(session, run_id).job_id
    assert job_id is not None  # a run and its job are stored in one transaction
    return job_id
