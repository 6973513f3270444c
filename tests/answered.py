"""Stored answers in bulk, with their truths where they are known, counted in their buckets or still to be counted."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.models import Artifact, Feedback, Prediction, Project
from mms.domain.buckets import Sums
from mms.domain.projects import Task
from mms.usecases.buckets import fold_buckets, hold_mark
from tests import rows as stored


def answered(session: Session, project_id: int, model_id: int, at: datetime, sums: Sums, scope: str = "global") -> None:
    """The answers of one moment that give these counts; a truth is known an hour later."""
    truths: list[tuple[str | None, str]] = [pair for pair, count in sums.cells.items() for _ in range(count)]
    label = truths[0][1] if truths else "yes"
    truths += [(None, label)] * (sums.n - len(truths))
    hold_mark(session, project_id)
    rows = [_row(project_id, model_id, at, scope, truth, label) for truth, label in truths]
    session.execute(sa.insert(Prediction), rows)
    fold_buckets(session, project_id, at)


def _row(project_id: int, model_id: int, at: datetime, scope: str, truth: str | None, label: str) -> dict[str, Any]:
    return {
        "project_id": project_id, "model_id": model_id, "scope": scope, "entity": "1", "features": {},
        "label": label, "probabilities": {}, "predicted_at": at, "created_at": at, "source": "rest",
        "truth": truth, "truth_at": None if truth is None else at + timedelta(hours=1),
    }  # fmt: skip


CLASSES = {Task.BINARY: ("false", "true"), Task.MULTICLASS: ("a", "b", "c"), Task.REGRESSION: ()}


def a_watched_model(session: Session, task: Task, now: datetime) -> tuple[int, int]:
    """A project of a task and its one model, which answers in bulk only; returns both ids."""
    project_id = stored.a_project(session, now, task.value)
    (model_id,) = stored.bare_models(session, project_id, now, 1)
    row = session.get_one(Project, project_id)
    row.task, row.positive_class = task.value, "true" if task is Task.BINARY else None
    artifact = session.scalars(sa.select(Artifact).order_by(Artifact.id.desc()).limit(1)).one()
    artifact.signature = {**artifact.signature, "classes": list(CLASSES[task])}
    session.flush()
    return project_id, model_id


def put(session: Session, project_id: int, model_id: int, answers: Sequence[dict[str, Any]]) -> list[int]:
    """Store answers as an import does, without counting them; what is left out is plain. Returns their ids."""
    hold_mark(session, project_id)
    usual: dict[str, Any] = {
        "scope": "global",
        "label": None,
        "value": None,
        "score": None,
        "probabilities": {},
        "features": {},
    }
    beside = {"base_row": None, "entity": "1", "source": "import", "expected_absolute": None, "expected_squared": None}
    rows = [
        {"project_id": project_id, "model_id": model_id, **usual, **beside, "truth": None, "truth_at": None, **one}
        | {"created_at": one["predicted_at"]}
        for one in answers
    ]
    return list(session.scalars(sa.insert(Prediction).returning(Prediction.id, sort_by_parameter_order=True), rows))


def tell(session: Session, project_id: int, prediction_id: int, truth: str, at: datetime) -> None:
    """A truth that replaces the one that counted before, without counting it."""
    hold_mark(session, project_id)
    row = session.get_one(Prediction, prediction_id, populate_existing=True)
    told = Feedback(project_id=project_id, prediction_id=prediction_id, truth=truth, known_at=at, recorded_at=at)
    told.recorded_by, told.counts, told.replaced, told.replaced_at = "ada", True, row.truth, row.truth_at
    row.truth, row.truth_at = truth, at
    session.add(told)
    session.flush()
