"""A small project that trains in a moment: points in a plane, one an hour; class "yes" lies to the upper right."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from db.queries.tables import get_table_named
from db.session import transaction
from mms.domain.jobs import JobKind
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.snapshots import Dealing, Extent, FoldKind, HoldoutPlan, Selection, Snapshot
from mms.domain.tables import FileProject
from mms.domain.triples import Triple
from mms.ml.algorithms import algorithm_named
from mms.ml.spaces import first_space
from mms.usecases.fitting import fit_run
from mms.usecases.jobs import JobContext, claim, finish
from mms.usecases.snapshots import take_snapshot
from mms.usecases.tables import append_rows, project_from_file

ROWS = 130
"""Ten rows in each block of time."""


def points(now: datetime, rows: int = ROWS, seed: int = 1) -> pd.DataFrame:
    """The newest point an hour before `now`; the class is not quite determined by the place."""
    chance = np.random.default_rng(seed)
    x, y = chance.normal(size=rows), chance.normal(size=rows)
    label = np.where(x + y + chance.normal(scale=0.5, size=rows) > 0, "yes", "no")
    times = [(now - timedelta(hours=rows - i)).isoformat() for i in range(rows)]
    frame = pd.DataFrame({"id": [f"p{seed}-{i}" for i in range(rows)], "at": times, "x": x, "y": y, "side": label})
    frame.loc[:1, "side"] = ["yes", "no"]  # the first block holds both
    return frame


def a_project(member: Member, folder: Path, now: datetime, *, timed: bool = True) -> Project:
    """The project with its points; without their time where `timed` is False."""
    file = folder / "points.csv"
    frame = points(now)
    (frame if timed else frame.drop(columns="at")).to_csv(file, index=False)
    source = FileProject("Points", file, "side", ("id",), "at" if timed else "", "", positive_class="yes")
    with transaction() as session:
        return project_from_file(session, member, source, now)


def a_snapshot(
    member: Member, project: Project, now: datetime, kind: FoldKind | None = None, holdout: HoldoutPlan | None = None
) -> Snapshot:
    """All points so far."""
    dealing = None if kind is None and holdout is None else Dealing(kind, holdout=holdout)
    return take_snapshot(transaction, member, project.id, Selection(Extent.ALL), now, dealing)


def more_points(member: Member, project: Project, now: datetime) -> None:
    """As many again, all newer than those before: `now` lies `ROWS` hours later."""
    with transaction() as session:
        table = get_table_named(session, project.id, "points")
        append_rows(session, member, table.id, points(now, seed=2).to_dict("records"), now)


def triple_of(project: Project, snapshot: Snapshot, algorithm: str, **hyperparameters: object) -> Triple:
    """An algorithm with the recipe of the first space."""
    first = first_space(project.task, snapshot)[1]
    checked = algorithm_named(algorithm, project.task).checked(hyperparameters)
    return replace(first, algorithm=algorithm, hyperparameters=checked)


def work_off(now: datetime, *, until: Callable[[JobContext], None] = fit_run) -> JobContext:
    """Claim the next run and do it in this process, as a worker's child would."""
    with transaction() as session:
        job = claim(session, "test", now)
    assert job is not None
    assert job.kind is JobKind.RUN
    context = JobContext(job, transaction, lambda: now)
    until(context)
    with transaction() as session:
        finish(session, job.id, job.attempt, now)
    return context
