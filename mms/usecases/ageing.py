"""Models age: retired by the project's rules, purged later, restored by people, fitted again from what stays."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import models as tables
from db.blobs import put_bytes, sweep
from db.queries.ageing import lives
from db.queries.models import no_model, ranked_of
from db.queries.projects import hold_project, live_project, project_of, projects
from mms.domain.ageing import Ageing, AgeingRules, Fate, due, state_at_birth
from mms.domain.errors import Conflict, Lost, MmsError, Unavailable
from mms.domain.members import PRODUCT, Member, Permission
from mms.domain.models import ModelState, purged
from mms.domain.runs import Origin, RunKind
from mms.usecases.jobs import JobContext


@dataclass(frozen=True, slots=True)
class Aged:
    """What was done. freed: bytes that left the store."""

    done: tuple[Ageing, ...]
    freed: int


def age_all_models(context: JobContext) -> None:
    """The nightly job: every live project by its own rules and present."""
    with context.transaction() as session:
        found = projects(session, PRODUCT)
    for project in found:
        try:
            with context.transaction() as session:
                aged = age_models(session, PRODUCT, project.id, context.now())
        except (Unavailable, Lost):
            raise
        except MmsError as error:
            context.log(f"The models of '{project.name}' were not aged: {error.sentence}", "warning")
            continue
        for one in aged.done:
            context.log(f"'{project.name}': {one.fate.value}d {one.name}: {one.because}.")
        if aged.freed:
            context.log(f"'{project.name}': {aged.freed:,} bytes are free again.")


def age_models(session: Session, member: Member, project_id: int, now: datetime) -> Aged:
    """Do what the project's rules say today; nothing where they say nothing. now: the real time.

    While the project is held no run of it begins, and those under way keep the models of their snapshot: so nobody
    stores the same bytes meanwhile that are swept.
    """
    member.require(Permission.TRAIN)
    live_project(session, project_id)
    hold_project(session, project_id)
    project = project_of(live_project(session, project_id))
    rules = AgeingRules.of(project.policy)
    if rules == AgeingRules() or project.archived_at is not None:
        return Aged((), 0)
    present = project.present(now)
    coming, hashes = due(lives(session, project), rules, present), set[str]()
    for one in coming:
        row = session.get_one(tables.Model, one.model_id)
        if one.fate is Fate.RETIRE:
            row.state, row.retired_at, row.retired_because = ModelState.RETIRED.value, present, one.because
        else:
            hashes |= _emptied(session, row, present)
    session.flush()
    return Aged(coming, _freed(session, hashes))


def restore_model(session: Session, member: Member, model_id: int, now: datetime) -> None:
    """Undo a retirement: what it was when it was made, its days begin anew. Conflict: it is not retired, or purged."""
    member.require(Permission.TRAIN)
    row = session.get(tables.Model, model_id)
    if row is None or row.deleted_at is not None:
        raise no_model(model_id)
    hold_project(session, row.project_id)
    session.refresh(row)
    if row.purged_at is not None:
        raise purged(ranked_of(row).name, row.purged_at)
    if row.state != ModelState.RETIRED.value:
        raise Conflict(f"Model v{row.version} is {row.state}, not retired: there is nothing to restore.")
    present = project_of(live_project(session, row.project_id)).present(now)
    run, triple = session.get_one(tables.Run, row.run_id), session.get_one(tables.RunTriple, row.run_triple_id)
    row.state = state_at_birth(RunKind(run.kind), Origin(triple.origin)).value
    row.retired_at = row.retired_because = None
    row.touched_at = present
    session.flush()


def _emptied(session: Session, row: tables.Model, present: datetime) -> set[str]:
    """Let go of what a model needs to answer; return the hashes of the bytes it held. Row, scores and sums stay."""
    nothing = put_bytes(session, b"", present)
    artifact = session.get_one(tables.Artifact, row.artifact_id)
    others = sa.select(tables.Model.id).where(
        tables.Model.artifact_id == artifact.id, tables.Model.id != row.id, tables.Model.purged_at.is_(None)
    )
    held = {row.oof_blob}
    if session.scalar(others.limit(1)) is None:
        held.add(artifact.sha256)
        artifact.sha256, artifact.size = nothing, 0
    fold, picture, diagnostic = tables.FoldResult, tables.Picture, tables.Diagnostic
    of_folds = sa.select(fold.oof_blob).where(fold.run_triple_id == row.run_triple_id, fold.oof_blob.is_not(None))
    pictures = sa.select(picture.blob).where(picture.model_id == row.id)
    numbers = sa.select(diagnostic.tables_blob).where(diagnostic.model_id == row.id)
    for stmt in (of_folds, pictures, numbers):
        held |= {sha256 for sha256 in session.scalars(stmt) if sha256 is not None}
    session.execute(sa.update(fold).where(fold.run_triple_id == row.run_triple_id).values(oof_blob=None))
    session.execute(sa.delete(picture).where(picture.model_id == row.id))
    session.execute(sa.delete(diagnostic).where(diagnostic.model_id == row.id))
    row.oof_blob, row.artifact_size = nothing, 0
    row.state, row.purged_at = ModelState.PURGED.value, present
    return held - {nothing}


def _freed(session: Session, hashes: set[str]) -> int:
    """Sweep the bytes that nothing else holds; return how many there were."""
    blob = tables.Blob
    sizes = {
        row.sha256: row.size
        for row in session.execute(sa.select(blob.sha256, blob.size).where(blob.sha256.in_(hashes)))
    }
    sweep(session, hashes)
    left = set(session.scalars(sa.select(blob.sha256).where(blob.sha256.in_(hashes))))
    return sum(size for sha256, size in sizes.items() if sha256 not in left)
