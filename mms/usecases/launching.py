"""What every kind of launch stores: a run, its triples, its job."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.ensembles import models_of_triples
from db.queries.projects import live_project, project_of
from mms.domain.errors import Conflict
from mms.domain.jobs import JobDraft, JobKind, JobState
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.promotions import GLOBAL
from mms.domain.recipes import recipes_of, recipes_of_space
from mms.domain.runs import Origin, RunKind, fits_of_search
from mms.domain.search import Search, space_from_json
from mms.domain.triples import Triple
from mms.usecases.jobs import enqueue
from mms.usecases.recipes import store_recipes

_ADDED = (Origin.BASELINE, Origin.MEMBER)
"""What a launch adds to the triples that were asked for."""


@dataclass(frozen=True, slots=True)
class RunDraft:
    """A run to store. triples: (triple, origin), in order. request: what its steps need beside the triples.

    search: how the run goes through its triples; those it is to propose are counted among the run's.
    """

    project: Project
    kind: RunKind
    triples: Sequence[tuple[Triple, Origin]]
    seed: int = 0
    snapshot_id: int | None = None
    scope: str = GLOBAL
    firing_id: int | None = None
    request: dict[str, Any] = field(default_factory=dict)
    search: Search = Search()


def store_run(session: Session, member: Member, draft: RunDraft, now: datetime) -> int:
    """Store the run with its triples and queue its job; return the run's id."""
    project = draft.project
    triples = _with_members(session, draft.triples, draft.snapshot_id, draft.scope)
    run = tables.Run(
        project_id=project.id,
        number=next_number(session, project.id),
        kind=draft.kind.value,
        state=JobState.QUEUED.value,
        snapshot_id=draft.snapshot_id,
        scope=draft.scope,
        firing_id=draft.firing_id,
        request={
            "triples": [triple.to_json() for triple, origin in draft.triples if origin not in _ADDED],
            "retraining": None,
            "search": draft.search.to_json(),
            **draft.request,
        },
        seed=draft.seed,
        triples=len(triples) + draft.search.proposals,
        launched_by=member.display_name,
        created_at=project.present(now),
    )
    session.add(run)
    session.flush()
    brought = [*recipes_of(t for t, _ in triples), *recipes_of_space(space_from_json(draft.search.space))]
    store_recipes(session, project.id, brought, member.display_name, run.created_at)
    for position, (triple, origin) in enumerate(triples):
        triple_id = stored_triple(session, project.id, triple)
        session.add(
            tables.RunTriple(
                run_id=run.id, triple_id=triple_id, position=position, origin=origin.value, state=JobState.QUEUED.value
            )
        )
    fits = fits_of_search(run.triples, draft.search)
    job = JobDraft(JobKind.RUN, {"run_id": run.id}, project_id=project.id, total=fits)
    run.job_id = enqueue(session, job, now)
    session.flush()
    return run.id


def open_project(session: Session, project_id: int) -> Project:
    """The live project, or Conflict where it is archived."""
    project = project_of(live_project(session, project_id))
    if project.archived_at is not None:
        raise Conflict(f"Project '{project.name}' is archived: bring it back before you train in it.")
    return project


def _with_members(
    session: Session, triples: Sequence[tuple[Triple, Origin]], snapshot_id: int | None, scope: str
) -> list[tuple[Triple, Origin]]:
    """Ensembles last, behind those of their members that have no model on the snapshot yet (which a run is to fit)."""
    asked = {member.hash: member for triple, _ in triples for member in triple.members}
    there = {} if snapshot_id is None else models_of_triples(session, snapshot_id, scope, list(asked))
    given = {triple.hash for triple, _ in triples}
    missing = [(one, Origin.MEMBER) for name, one in asked.items() if name not in there and name not in given]
    plain = [pair for pair in triples if not pair[0].members]
    return [*plain, *missing, *(pair for pair in triples if pair[0].members)]


def next_number(session: Session, project_id: int) -> int:
    """The number of a project's next run."""
    project = tables.Project
    counted = sa.update(project).where(project.id == project_id).values(last_run=project.last_run + 1)
    return session.scalars(counted.returning(project.last_run)).one()


def stored_triple(session: Session, project_id: int, triple: Triple) -> int:
    """The row of a triple, made where the project has none of this hash."""
    stmt = sa.select(tables.Triple.id).where(tables.Triple.project_id == project_id, tables.Triple.hash == triple.hash)
    found = session.scalar(stmt)
    if found is not None:
        return found
    row = tables.Triple(project_id=project_id, hash=triple.hash, content=triple.to_json())
    session.add(row)
    session.flush()
    return row.id
