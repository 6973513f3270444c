"""The whole loop, for each task: train, promote, answer, hear the truth, fall, fire, retrain, take the seat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from db import models as tables
from db.queries.decay import DecayView, decay_page
from db.queries.models import get_model
from db.queries.projects import get_project
from db.queries.promotions import champions, find_champion
from db.queries.runs import run_page
from db.queries.snapshots import get_snapshot, snapshot_frame
from db.queries.triggers import firings
from db.session import reading, transaction
from mms.domain.jobs import JobState
from mms.domain.members import Member
from mms.domain.predictions import Feedback, Prediction, Request
from mms.domain.projects import Policy, Project, ProjectChanges, PromotionPolicy, Task
from mms.domain.promotions import Seating
from mms.domain.runs import Launch, RunKind
from mms.domain.snapshots import Selection
from mms.domain.tables import ColumnType, FileProject
from mms.domain.triggers import TriggerKind, draft_of
from mms.settings import settings
from mms.usecases.feedback import record_feedback
from mms.usecases.predictions import predict
from mms.usecases.projects import edit_project
from mms.usecases.promotions import promote
from mms.usecases.runs import launch_run
from mms.usecases.snapshots import take_snapshot
from mms.usecases.tables import project_from_file
from mms.usecases.triggers import check_triggers, create_trigger
from tests.trained import triple_of, work_off

DECEMBER, JANUARY, FEBRUARY = (
    datetime(2025, 12, 1, tzinfo=UTC),
    datetime(2026, 1, 1, tzinfo=UTC),
    datetime(2026, 2, 1, tzinfo=UTC),
)
ROWS, A_MONTH = 260, 120
ALGORITHM = {Task.BINARY: "logistic", Task.MULTICLASS: "logistic", Task.REGRESSION: "ridge"}


@dataclass(frozen=True, slots=True)
class World:
    """Points in a plane, and what is true about them; after the turn the second coordinate means its opposite."""

    task: Task
    turned: bool = False

    def points(self, count: int, seed: int) -> tuple[np.ndarray, list[str]]:
        """Places (count, 2) and their truths, as text."""
        chance = np.random.default_rng(seed)
        places = chance.normal(size=(count, 2))
        x, y = places[:, 0], places[:, 1] * (-1 if self.turned else 1)
        noise = chance.normal(scale=0.3, size=count)
        if self.task is Task.REGRESSION:
            return places, [str(value) for value in 3 * x + 4 * y + noise]
        if self.task is Task.BINARY:
            return places, ["yes" if value > 0 else "no" for value in x + 2 * y + noise]
        return places, ["north" if v > 1 else "south" if v < -1 else "middle" for v in x + 2 * y + noise]


def trained(member: Member, folder: Path, task: Task) -> Project:
    """A project with a champion, trained in November on one row an hour."""
    places, truths = World(task).points(ROWS, seed=1)
    times = [(DECEMBER - timedelta(hours=ROWS - i)).isoformat() for i in range(ROWS)]
    frame = pd.DataFrame({"id": [f"p{i}" for i in range(ROWS)], "at": times, "x": places[:, 0], "y": places[:, 1]})
    frame.assign(truth=truths).to_csv(folder / "points.csv", index=False)
    types = {"truth": ColumnType.NUMBER if task is Task.REGRESSION else ColumnType.CATEGORY}
    source = FileProject("Points", folder / "points.csv", "truth", ("id",), "at", "", types, task.value)
    with transaction() as session:
        project = project_from_file(session, member, source, DECEMBER)
    snapshot = take_snapshot(transaction, member, project.id, Selection(), DECEMBER)
    with transaction() as session:
        launch_run(session, member, Launch(snapshot.id, (triple_of(project, snapshot, ALGORITHM[task]),)), DECEMBER)
    work_off(DECEMBER)
    with transaction() as session:
        best = session.scalars(sa.select(tables.Model.id).where(tables.Model.algorithm == ALGORITHM[task])).one()
        promote(session, member, Seating(best, "the first one to answer"), DECEMBER)
        return get_project(session, member, project.id)


def lived(member: Member, project: Project, world: World, month: datetime) -> Sequence[Prediction]:
    """A month of answers, one every six hours, each with its truth an hour later."""
    places, truths = world.points(A_MONTH, seed=month.month)
    requests = [
        Request({"id": f"m{month.month}-{i}"}, {"x": float(x), "y": float(y)}, month + timedelta(hours=6 * i))
        for i, (x, y) in enumerate(places)
    ]
    over = month + timedelta(days=31)
    with transaction() as session:
        answers = predict(session, member, project.id, requests, over)
        known = [
            Feedback(a.id, truth, a.predicted_at + timedelta(hours=1)) for a, truth in zip(answers, truths, strict=True)
        ]
        assert record_feedback(session, member, project.id, known, over) == A_MONTH
    return answers


@pytest.mark.slow
@pytest.mark.parametrize("task", list(Task))
def test_a_model_that_decays_is_challenged_and_replaced(store: str, member: Member, tmp_path: Path, task: Task) -> None:
    project = trained(member, tmp_path, task)
    with transaction() as session:
        policy = Policy(promotion=PromotionPolicy.WHEN_BETTER, window_days=55)
        edit_project(session, member, project.id, ProjectChanges(policy=policy))
        create_trigger(session, member, project.id, draft_of(TriggerKind.DECAY, 0.05), DECEMBER)

    lived(member, project, World(task, turned=True), DECEMBER)
    with transaction() as session:
        assert check_triggers(session, member, project.id, JANUARY) == [], "one bad month may be noise"
    lived(member, project, World(task, turned=True), JANUARY)
    with transaction() as session:
        (run_id,) = check_triggers(session, member, project.id, FEBRUARY)
    with reading() as session:
        page = decay_page(session, project, DecayView(project.primary_metric), FEBRUARY)
        before = find_champion(session, project.id)
    work_off(FEBRUARY)

    assert page.decay is not None
    assert page.decay.decaying
    assert (page.predicted, page.labelled) == (2 * A_MONTH, 2 * A_MONTH)
    with reading() as session:
        (firing,) = firings(session, project.id)
        run = run_page(session, run_id).run
        after = find_champion(session, project.id)
    assert (firing.run_id, run.kind, run.state) == (run_id, RunKind.RETRAINING, JobState.SUCCEEDED)
    assert before is not None
    assert after is not None
    assert after.model.run_id == run_id, run.verdict
    assert "beats the champion" in (run.verdict or "")
    learned_from_answers(project, after.model.id)
    judged_on_the_same_rows(run_id, before.model.id)


def learned_from_answers(project: Project, model_id: int) -> None:
    """The new model's snapshot holds rows that came with predictions and nothing from before the window."""
    with reading() as session:
        snapshot = get_snapshot(session, get_model(session, model_id).ranked.snapshot_id)
        frame = snapshot_frame(session, settings().cache, snapshot)
    assert frame["id"].str.startswith("m").all()
    assert 150 < len(frame) <= 2 * A_MONTH
    assert frame["truth"].notna().all()


def judged_on_the_same_rows(run_id: int, champion_id: int) -> None:
    """Every triple of the run was measured against the same champion on the same number of rows, with one result."""
    with reading() as session:
        found = session.scalars(sa.select(tables.RunTriple.newest).where(tables.RunTriple.run_id == run_id)).all()
    measured = {(n["champion_model_id"], n["rows"], n["champion"]) for n in found if n is not None}
    assert len(found) == 2
    assert [(model, rows > 30) for model, rows, _ in measured] == [(champion_id, True)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "threshold", "reading_says"),
    [(TriggerKind.SIZE, 100, "120 of 100 new labelled rows"), (TriggerKind.TIME, 30, "31 of 30 days old")],
)
def test_new_rows_and_time_launch_a_retraining_that_is_fitted(
    sqlite_store: str, member: Member, tmp_path: Path, kind: TriggerKind, threshold: float, reading_says: str
) -> None:
    project = trained(member, tmp_path, Task.BINARY)
    with transaction() as session:
        create_trigger(session, member, project.id, draft_of(kind, threshold), DECEMBER)
        assert check_triggers(session, member, project.id, DECEMBER) == []
    lived(member, project, World(Task.BINARY), DECEMBER)

    with transaction() as session:
        (run_id,) = check_triggers(session, member, project.id, JANUARY)
    work_off(JANUARY)

    with reading() as session:
        run = run_page(session, run_id).run
        (firing,) = firings(session, project.id)
        snapshot = get_snapshot(session, run.snapshot_id or 0)
        (seat,) = champions(session, project.id)
    assert reading_says in firing.evidence["reading"]
    assert (run.state, snapshot.row_count) == (JobState.SUCCEEDED, ROWS + A_MONTH)
    assert seat.model.run_id != run_id, "the policy asks before it seats"
