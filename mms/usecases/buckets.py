"""Keep buckets in step with predictions and feedback, in the transaction that writes those."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.projects import live_project
from mms.domain.buckets import UNLABELLED, Bucket, Sums, hour_of, total, truth_known
from mms.domain.predictions import Answer
from mms.domain.projects import Task

ALL = ""
"""The segment of every prediction."""

_CHUNK = 200
"""Buckets read in one statement."""

_Key = tuple[int, str, str, datetime]


def sums_of_truth(truth: str, answer: Answer, task: Task) -> Sums:
    """What a known truth adds to a bucket; only a positive class's probability goes into the score histogram."""
    return truth_known(truth, answer.label, answer.score if task is Task.BINARY else None, answer.value)


def add_to_buckets(session: Session, project_id: int, changes: Iterable[Bucket]) -> None:
    """Add sums to their hours (rows are locked in one order)."""
    added = _by_key(changes)
    keys = sorted(added)
    if not keys:
        return
    _make_missing(session, project_id, keys)
    row = tables.Bucket
    columns = (row.model_id, row.scope, row.segment, row.hour)
    for start in range(0, len(keys), _CHUNK):
        stmt = (
            select(*columns, row.sums)
            .where(tuple_(*columns).in_(keys[start : start + _CHUNK]))
            .order_by(*columns)
            .with_for_update()
        )
        present = {(r.model_id, r.scope, r.segment, r.hour): Sums.from_json(r.sums) for r in session.execute(stmt)}
        session.execute(
            update(row), [_values(project_id, key, sums + added[key]) for key, sums in sorted(present.items())]
        )


def rebuild_buckets(session: Session, project_id: int) -> Mapping[str, int]:
    """Recompute a project's buckets from its rows; return how many there were and are."""
    project = live_project(session, project_id)
    session.execute(select(tables.Project.id).where(tables.Project.id == project_id).with_for_update())
    bucket = tables.Bucket
    before = session.scalar(select(func.count()).select_from(bucket).where(bucket.project_id == project_id)) or 0
    counted = _by_key(_counted(session, project_id, Task(project.task)))
    session.execute(delete(bucket).where(bucket.project_id == project_id))
    if counted:
        session.execute(insert(bucket), [_values(project_id, key, counted[key]) for key in sorted(counted)])
    session.expire_all()
    return {"before": before, "after": len(counted)}


def _counted(session: Session, project_id: int, task: Task) -> Iterable[Bucket]:
    """What every stored prediction adds, read as a stream."""
    row = tables.Prediction
    stmt = select(row.model_id, row.scope, row.predicted_at, row.label, row.value, row.score, row.truth)
    stmt = stmt.where(row.project_id == project_id).execution_options(yield_per=2_000)
    for model_id, scope, predicted_at, label, value, score, truth in session.execute(stmt):
        known = Sums() if truth is None else sums_of_truth(truth, Answer(label, value, score, {}), task)
        yield Bucket(model_id, scope, ALL, hour_of(predicted_at), UNLABELLED + known)


def _by_key(changes: Iterable[Bucket]) -> dict[_Key, Sums]:
    parts: dict[_Key, list[Sums]] = {}
    for change in changes:
        parts.setdefault((change.model_id, change.scope, change.segment, change.hour), []).append(change.sums)
    return {key: total(sums) for key, sums in parts.items()}


def _make_missing(session: Session, project_id: int, keys: Sequence[_Key]) -> None:
    """Every bucket exists before it is locked, so that two first writers of an hour do not collide."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    stmt = dialect.insert(tables.Bucket).on_conflict_do_nothing()
    session.execute(stmt, [_values(project_id, key, Sums()) for key in keys])


def _values(project_id: int, key: _Key, sums: Sums) -> dict[str, object]:
    model_id, scope, segment, hour = key
    return {
        "project_id": project_id,
        "model_id": model_id,
        "scope": scope,
        "segment": segment,
        "hour": hour,
        "sums": sums.to_json(),
    }
