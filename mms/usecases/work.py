"""A run's work, loaded once: its rows, its splits, its triples, and the champion a retraining challenges."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.models import get_model
from db.queries.projects import live_project, project_of
from db.queries.runs import get_run, live_run, triples_of_run
from db.queries.snapshots import get_snapshot, snapshot_blocks
from db.session import reading
from mms.domain.jobs import Progress
from mms.domain.members import PRODUCT
from mms.domain.projects import Project
from mms.domain.runs import Run, RunTriple, fits_of
from mms.domain.snapshots import HELD_OUT, Snapshot, selection_from_json
from mms.ml.fitting import Instances
from mms.ml.folds import Split, newest_rows, splits
from mms.usecases.jobs import JobContext
from mms.usecases.seat import Seat, load_seat
from mms.usecases.snapshots import load_instances, take_snapshot

SNAPSHOT = "snapshot"
"""The step that takes a retraining's snapshot."""


@dataclass(frozen=True, slots=True)
class Work:
    """What every fit of a run needs.

    rows: positions of the rows that the final fit learns from. newest: positions of the newest rows, by which fits on
    older rows are judged, None without a time. seat: the champion's answers on rows it never saw. warm: of an update,
    the parent's fitted pipeline, which every fit continues from.
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
    warm: Any | None = None

    def now(self) -> datetime:
        """The real time: of jobs and blobs."""
        return self.context.now()

    def present(self) -> datetime:
        """The project's present: of models and promotions."""
        return self.project.present(self.context.now())


def load_work(context: JobContext) -> Work:
    """Read all a run needs; a retraining takes its snapshot first."""
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
    blocks = snapshot_blocks(session, snapshot)
    newest = newest_rows(snapshot.fold_plan, blocks, instances.time)
    retraining = row.request["retraining"]
    seat = None
    if retraining is not None:
        champion = get_model(session, retraining["champion_model_id"])
        seat = load_seat(session, champion, snapshot, instances, newest)
    return Work(
        context=context,
        run=run,
        project=project,
        snapshot=snapshot,
        instances=instances,
        splits=tuple(splits(snapshot.fold_plan, blocks, instances.time, instances.label_time)),
        rows=np.flatnonzero(blocks != HELD_OUT),
        newest=newest,
        seat=seat,
        triples=tuple(triples_of_run(session, run_id, project.primary_metric)),
        seed=row.seed,
    )


def _take_snapshot(context: JobContext, run: Run) -> None:
    """Freeze what is known now, dealt into folds as the champion's snapshot was."""
    context.say(Progress(0, fits_of(run.triples), "taking the snapshot"))
    with reading() as session:
        project = project_of(live_project(session, run.project_id))
        asked = live_run(session, run.id).request["retraining"]
        champion = get_model(session, asked["champion_model_id"])
        before = get_snapshot(session, champion.ranked.snapshot_id)
    taken = take_snapshot(
        context.transaction,
        replace(PRODUCT, display_name=run.launched_by),
        project.id,
        selection_from_json(asked["selection"]),
        project.present(context.now()),
        before.fold_plan.kind,
    )

    def store(session: Session) -> None:
        session.get_one(tables.Run, run.id).snapshot_id = taken.id
        if taken.id == before.id:
            context.log(f"Nothing is new since {before.name}: the run learns from the same rows again.", "warning")

    context.save(SNAPSHOT, Progress(0, fits_of(run.triples), f"took {taken.name}"), store)
