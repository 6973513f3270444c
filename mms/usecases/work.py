"""A run's work, loaded once: its rows, its splits, its triples, and the champion a retraining challenges."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.models import get_model
from db.queries.projects import live_project, project_of
from db.queries.promotions import find_champion
from db.queries.runs import get_run, live_run, triples_of_run
from db.queries.snapshots import get_snapshot, snapshot_blocks
from db.session import reading
from mms.domain.errors import Invalid
from mms.domain.jobs import Progress
from mms.domain.members import PRODUCT
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.promotions import GLOBAL
from mms.domain.runs import Run, RunKind, RunTriple, fits_of
from mms.domain.snapshots import HELD_OUT, Dealing, Snapshot, selection_from_json
from mms.ml.fitting import Instances
from mms.ml.folds import Split, newest_rows, splits
from mms.ml.scopes import within
from mms.usecases.jobs import JobContext
from mms.usecases.models import load_model
from mms.usecases.scopes import check_scope, rows_of_scope
from mms.usecases.seat import Seat, load_seat
from mms.usecases.snapshots import load_instances, take_snapshot

SNAPSHOT = "snapshot"
"""The step that takes the snapshot of a retraining or an update."""


@dataclass(frozen=True, slots=True)
class Work:
    """What every fit of a run needs.

    rows: positions of the rows that the final fit learns from: those of the scope outside the hold-out (of a refit,
    inside it too). newest: positions of the newest rows, by which fits on older rows are judged, None without a time.
    seat: the champion's answers on rows it never saw. scope: whose rows the models learn from. parent: of a refit or an
    update, the model it starts from. warm: of an update, the parent's fitted pipeline, which every fit continues from.
    """

    context: JobContext
    run: Run
    project: Project
    snapshot: Snapshot
    instances: Instances
    splits: tuple[Split, ...]
    rows: np.ndarray
    newest: np.ndarray | None
    seat: Seat | None
    triples: tuple[RunTriple, ...]
    seed: int
    scope: str = GLOBAL
    parent: Model | None = None
    warm: Any | None = None

    def now(self) -> datetime:
        """The real time: of jobs and blobs."""
        return self.context.now()

    def present(self) -> datetime:
        """The project's present: of models and promotions."""
        return self.project.present(self.context.now())


def load_work(context: JobContext) -> Work:
    """Read all a run needs; a retraining and an update take their snapshot first."""
    run_id = int(context.job.arguments["run_id"])
    with reading() as session:
        run = get_run(session, run_id)
    if run.snapshot_id is None:
        _take_snapshot(context, run)
    with reading() as session:
        return _loaded(context, session, run_id)


def _loaded(context: JobContext, session: Session, run_id: int) -> Work:
    run, row = get_run(session, run_id), live_run(session, run_id)
    assert run.snapshot_id is not None
    project = project_of(live_project(session, run.project_id))
    snapshot = get_snapshot(session, run.snapshot_id)
    instances = load_instances(session, snapshot.id)
    champion, parent = _others(session, run, row.request)
    if parent is not None and run.kind is RunKind.UPDATE:
        _check_continues(parent, instances)
    scope = champion.ranked.scope if champion and run.kind is RunKind.RETRAINING else run.scope
    check_scope(session, snapshot, scope)
    inside, blocks = rows_of_scope(session, snapshot, scope), snapshot_blocks(session, snapshot)
    kept = inside & ((blocks != HELD_OUT) | (run.kind is RunKind.REFIT))
    newest = newest_rows(snapshot.fold_plan, blocks, instances.time)
    if newest is not None:
        newest = newest[inside[newest]]
    candidates = np.flatnonzero(inside & (blocks != HELD_OUT)) if newest is None else newest
    return Work(
        context=context,
        run=run,
        project=project,
        snapshot=snapshot,
        instances=instances,
        splits=within(splits(snapshot.fold_plan, blocks, instances.time, instances.label_time), inside),
        rows=np.flatnonzero(kept),
        newest=newest if newest is not None and len(newest) else None,
        seat=load_seat(session, champion, snapshot, instances, candidates) if champion else None,
        triples=tuple(triples_of_run(session, run_id, project.primary_metric)),
        seed=row.seed,
        scope=scope,
        parent=parent,
        warm=load_model(session, parent.id)[1] if parent and run.kind is RunKind.UPDATE else None,
    )


def _check_continues(parent: Model, instances: Instances) -> None:
    """Invalid where new rows have other features or classes than the model that is to learn on from them."""
    has = {column.name for column in instances.columns}
    lacking = next((column.name for column in parent.signature.inputs if column.name not in has), None)
    if lacking is not None:
        raise Invalid(
            f"Model {parent.ranked.name} cannot learn on: the new rows have no feature '{lacking}' any more: retrain."
        )
    if parent.signature.classes != instances.classes:
        known, found = (", ".join(classes) for classes in (parent.signature.classes, instances.classes))
        raise Invalid(
            f"Model {parent.ranked.name} cannot learn on: it knows the classes {known}, and the new rows hold {found}. "
            "Retrain it."
        )


def _others(session: Session, run: Run, request: Mapping[str, Any]) -> tuple[Model | None, Model | None]:
    """The champion to be met on rows it never saw, and the parent: of a retraining the one, of an update both."""
    asked = request["retraining"]
    if asked is not None:
        return get_model(session, asked["champion_model_id"]), None
    parent = get_model(session, request["parent"]) if request.get("parent") else None
    champion = find_champion(session, run.project_id, run.scope) if run.kind is RunKind.UPDATE else None
    return get_model(session, champion.model.id) if champion else None, parent


def _take_snapshot(context: JobContext, run: Run) -> None:
    """Freeze what is known now, dealt as the policy says, and where it says nothing as the champion's snapshot was."""
    context.say(Progress(0, fits_of(run.triples), "taking the snapshot"))
    with reading() as session:
        project = project_of(live_project(session, run.project_id))
        request = live_run(session, run.id).request
        asked = request["retraining"] or request
        model = get_model(session, asked.get("champion_model_id") or asked["parent"])
        before = get_snapshot(session, model.ranked.snapshot_id)
    taken = take_snapshot(
        context.transaction,
        replace(PRODUCT, display_name=run.launched_by),
        project.id,
        selection_from_json(asked["selection"]),
        project.present(context.now()),
        _dealing(project.policy.dealing, before.fold_plan.dealing),
    )

    def store(session: Session) -> None:
        session.get_one(tables.Run, run.id).snapshot_id = taken.id
        if taken.id == before.id:
            context.log(f"Nothing is new since {before.name}: the run learns from the same rows again.", "warning")

    context.save(SNAPSHOT, Progress(0, fits_of(run.triples), f"took {taken.name}"), store)


def _dealing(policy: Dealing, before: Dealing) -> Dealing:
    folds = before if policy.kind is None else policy
    return replace(folds, holdout=policy.holdout or before.holdout)
