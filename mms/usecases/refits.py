"""New versions of a model: refitted on all rows, or updated with what became known since."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import models as tables
from db import physical
from db.blobs import put_bytes, read_bytes
from db.queries.jobs import UNFINISHED
from db.queries.models import get_model, oof_frame
from db.queries.openings import holdout_view
from db.queries.projects import hold_project, live_project, project_of
from db.queries.snapshots import get_snapshot
from db.queries.tables import get_instance_table, get_table
from mms.domain.errors import Conflict
from mms.domain.logs import ELSEWHERE, NOT_HERE
from mms.domain.members import Member, Permission
from mms.domain.models import Model
from mms.domain.runs import Launch, Origin, RunKind
from mms.domain.snapshots import Selection, Snapshot, selection_to_json
from mms.domain.tables import Condition, Operator
from mms.ml.algorithms import algorithm_named
from mms.ml.folds import MINIMUM_ROWS
from mms.ml.sharing.fits import Answers
from mms.settings import settings
from mms.usecases.launching import RunDraft, open_project, store_run
from mms.usecases.runs import launch_run


def refit_model(session: Session, member: Member, model_id: int, now: datetime) -> int:
    """Launch one fit of a promoted model's triple on all rows, those held out too; return the run's id.

    Folds and their scores are the model's own: same rows, same folds, same triple. Conflict says why it cannot be. Of a
    purged model only triple and snapshot are left: a run of both fits it again, folds and all.
    """
    member.require(Permission.TRAIN)
    model = get_model(session, model_id)
    if model.purged_at is not None and model.ranked.algorithm != ELSEWHERE:
        again = Launch(model.ranked.snapshot_id, (model.triple,), model.seed, scope=model.ranked.scope)
        return launch_run(session, member, again, now)
    project = open_project(session, model.ranked.project_id)
    hold_project(session, project.id)
    why = why_no_refit(session, model)
    if why is not None:
        raise Conflict(f"Model {model.ranked.name} is not refitted: {why}.")
    draft = RunDraft(
        project,
        RunKind.REFIT,
        [(model.triple, Origin.SPACE)],
        seed=model.seed,
        snapshot_id=model.ranked.snapshot_id,
        scope=model.ranked.scope,
        request={"parent": model.id},
    )
    run_id = store_run(session, member, draft, now)
    _copy_folds(session, model, run_id, now)
    return run_id


def why_no_refit(session: Session, model: Model) -> str | None:
    """Why a model cannot be refitted on all rows, as a clause; None where it can."""
    if model.ranked.algorithm == ELSEWHERE:
        return NOT_HERE
    view = holdout_view(session, model.id)
    if not view.rows:
        return "its snapshot has no hold-out, so it learned from all rows already"
    if view.contained:
        return "it is a refit on all rows itself"
    if model.triple.members:
        return "an ensemble answers by its members, and those learned without the hold-out"
    if view.opening is None:
        return "its hold-out is closed still; promote it first, which opens it, and refit it then"
    run, other = tables.Run, tables.Model
    refit = sa.select(other.version).join(run, run.id == other.run_id)
    version = session.scalar(
        refit.where(other.parent_id == model.id, run.kind == RunKind.REFIT.value, other.deleted_at.is_(None)).limit(1)
    )
    return _under_way(session, model, RunKind.REFIT) if version is None else f"its refit is there already: v{version}"


def _under_way(session: Session, model: Model, kind: RunKind) -> str | None:
    """That an unfinished run makes such a version of the model already, as a clause: a second would make the same."""
    run = tables.Run
    stmt = sa.select(run.number, run.request).where(
        run.project_id == model.ranked.project_id, run.kind == kind.value, run.state.in_(UNFINISHED)
    )
    number = next((row.number for row in session.execute(stmt) if row.request["parent"] == model.id), None)
    return None if number is None else f"run {number} is at it already"


@dataclass(frozen=True, slots=True)
class NewRows:
    """What an update would learn: labelled rows newer than the model's snapshot; and why it cannot, None: it can."""

    rows: int
    why_not: str | None


def new_rows(session: Session, model: Model, now: datetime) -> NewRows:
    """Labelled rows newer than the model's snapshot. now: the project's present."""
    if model.ranked.algorithm == ELSEWHERE:
        return NewRows(0, NOT_HERE)
    if model.purged_at is not None:
        return NewRows(0, "it was purged, and there is nothing to go on from; refit it first")
    incremental = (
        not model.triple.members
        and algorithm_named(
            model.triple.algorithm, project_of(live_project(session, model.ranked.project_id)).task
        ).incremental
    )
    if not incremental:
        return NewRows(0, f"{model.triple.algorithm} learns all rows at once; retrain it instead")
    snapshot = get_snapshot(session, model.ranked.snapshot_id)
    if snapshot.time is None:
        return NewRows(0, "its rows have no time that says which are new; retrain it instead")
    declaration = get_instance_table(session, model.ranked.project_id)
    base = get_table(session, declaration.base_table_id)
    rows = physical.count_base(session, base, declaration, _newer(snapshot), now)
    if rows < MINIMUM_ROWS:
        said = f"{rows:,} labelled {'row is' if rows == 1 else 'rows are'}"
        return NewRows(rows, f"{said} newer than {snapshot.name}, and 12 folds need at least {MINIMUM_ROWS}")
    return NewRows(rows, _under_way(session, model, RunKind.UPDATE))


def update_model(session: Session, member: Member, model_id: int, now: datetime) -> int:
    """Launch a run that goes on where the model stopped, by partial_fit on the rows since; return the run's id.

    Its first step takes the snapshot. Conflict where the model cannot go on or has nothing to learn.
    """
    member.require(Permission.TRAIN)
    model = get_model(session, model_id)
    project = open_project(session, model.ranked.project_id)
    hold_project(session, project.id)
    found = new_rows(session, model, project.present(now))
    if found.why_not is not None:
        raise Conflict(f"Model {model.ranked.name} is not updated: {found.why_not}.")
    snapshot = get_snapshot(session, model.ranked.snapshot_id)
    draft = RunDraft(
        project,
        RunKind.UPDATE,
        [(model.triple, Origin.SPACE)],
        seed=model.seed,
        scope=model.ranked.scope,
        request={"parent": model.id, "selection": selection_to_json(_newer(snapshot))},
    )
    return store_run(session, member, draft, now)


def _newer(snapshot: Snapshot) -> Selection:
    """The rows that the snapshot would hold too, had they been there: its filter, after its newest time."""
    assert snapshot.time is not None
    assert snapshot.time_to is not None
    after = Condition(snapshot.time, Operator.GT, snapshot.time_to.isoformat())
    kept = [c for c in snapshot.selection.conditions if (c.column, c.operator) != (after.column, after.operator)]
    return Selection(conditions=(*kept, after), seed=snapshot.selection.seed)


def _copy_folds(session: Session, model: Model, run_id: int, now: datetime) -> None:
    """The parent's fold results as those of the refit: its run finds them stored, and the final fit alone is left."""
    fold = tables.FoldResult
    own = session.scalars(sa.select(tables.RunTriple.id).where(tables.RunTriple.run_id == run_id)).one()
    parent = session.get_one(tables.Model, model.id)
    oof = oof_frame(session, settings().cache, model.id)
    columns = [f"p_{k}" for k in range(len(model.signature.classes))] or ["value"]
    told = None
    if parent.importances_blob is not None:
        told = pd.read_parquet(BytesIO(read_bytes(session, parent.importances_blob))).set_index("feature")
    rows = session.scalars(sa.select(fold).where(fold.run_triple_id == parent.run_triple_id, fold.fold >= 0))
    for row in rows.all():
        name = f"fold_{row.fold}"
        known = pd.Series(dtype=float) if told is None or name not in told else told[name].dropna()
        importances = {str(feature): float(weight) for feature, weight in known.items()}
        answers = Answers(oof.loc[oof["fold"] == row.fold, columns].to_numpy(), importances)
        values = {column.name: getattr(row, column.name) for column in fold.__table__.columns}
        blob = put_bytes(session, answers.to_bytes(), now)
        session.add(fold(**values | {"run_triple_id": own, "oof_blob": blob}))
    session.flush()
