"""Feedback: the later truth about predictions."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from db import models as tables
from db.physical import count_rows, upsert
from db.queries.predictions import LockedPrediction, classes_of, locked_predictions, unknown_prediction
from db.queries.projects import live_project
from mms.domain.errors import Invalid, NotFound
from mms.domain.members import Member, Permission
from mms.domain.predictions import Feedback
from mms.domain.projects import Task
from mms.domain.tables import typed_value
from mms.usecases.buckets import SPARE, fold_buckets, hold_mark
from mms.usecases.inputs import source_of

_Fact = tuple[int, str, datetime]
"""Prediction, truth, known at: two equal ones are the same piece of feedback."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A prediction whose newest truth is another now."""

    row: LockedPrediction
    truth: str
    known_at: datetime


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of feedback to record. counts: it is the truth by then; replaced: the one that counted before, if any."""

    fact: _Fact
    counts: bool
    replaced: tuple[str, datetime] | None


def record_feedback(
    session: Session, member: Member, project_id: int, feedback: Sequence[Feedback], now: datetime
) -> int:
    """Store truths, keep buckets in step, and grow the base table: features sent with a prediction become its row.

    NotFound names an unknown prediction; Invalid a truth that is no class (or no number), or a time before the
    prediction or after `now`. All are recorded or none. The truth with the newest known_at counts, among equals the
    one recorded last; the very same piece of feedback again changes nothing. Returns how many pieces were new.
    """
    member.require(Permission.FEEDBACK)
    task = Task(live_project(session, project_id).task)
    mark = hold_mark(session, project_id)
    rows = locked_predictions(session, project_id, (one.prediction_id for one in feedback))
    for one in feedback:
        if one.prediction_id not in rows:
            raise _unknown(one.prediction_id, mark)
    _check(session, feedback, rows, task, now)
    labelled = [id_ for id_, row in rows.items() if row.truth is not None]
    pieces, truths = _newest_truths(feedback, rows, _recorded(session, labelled))
    if not pieces:
        return 0
    session.execute(insert(tables.Feedback), [_values(project_id, piece, member, now) for piece in pieces])
    changed = [id_ for id_, truth in truths.items() if truth != (rows[id_].truth, rows[id_].truth_at)]
    changes = [_Change(rows[id_], *truths[id_]) for id_ in changed]
    _grow_base(session, project_id, changes, now)
    _update_predictions(session, changes)
    fold_buckets(session, project_id, now, len(pieces) + SPARE)
    return len(pieces)


def _unknown(prediction_id: int, mark: tables.BucketMark) -> NotFound:
    """The refusal for an id without a row: it may be one of the rows that are not kept any longer."""
    if mark.rows_from is None or prediction_id > mark.prediction_id:
        return unknown_prediction(prediction_id)
    return NotFound(
        f"There is no prediction {prediction_id} any more: rows before {mark.rows_from:%Y-%m-%d} were dropped after "
        "they were counted, so its truth comes too late; the project's policy says how long rows are kept."
    )


def _check(
    session: Session,
    feedback: Sequence[Feedback],
    rows: Mapping[int, LockedPrediction],
    task: Task,
    now: datetime,
) -> None:
    """Refuse the whole call at the first piece that is wrong."""
    classes = classes_of(session, {row.model_id for row in rows.values()}) if task.is_classification else {}
    for one in feedback:
        row = rows[one.prediction_id]
        _check_truth(one, classes.get(row.model_id, ()))
        if row.predicted_at > now:
            raise Invalid(
                f"Prediction {row.id} is of a time that has not come yet, {row.predicted_at:%Y-%m-%d %H:%M:%S} UTC: "
                "send its truth after that time, or delete the prediction if the clock that gave it was wrong."
            )
        if not row.predicted_at <= one.known_at <= now:
            raise Invalid(
                f"The truth about prediction {row.id} cannot be known at {one.known_at:%Y-%m-%d %H:%M:%S} UTC: give a "
                f"time from {row.predicted_at:%Y-%m-%d %H:%M:%S} (the prediction's) to {now:%Y-%m-%d %H:%M:%S} (now)."
            )


def _check_truth(one: Feedback, classes: Sequence[str]) -> None:
    """A class the model knows, or a finite number."""
    if classes:
        if one.truth not in classes:
            raise Invalid(
                f"'{one.truth}' is no class of prediction {one.prediction_id}; send one of {_listed(classes)}."
            )
        return
    try:
        known = isfinite(float(one.truth))
    except ValueError:
        known = False
    if not known:
        raise Invalid(f"The truth about prediction {one.prediction_id} is a number; it got '{one.truth}'.")


def _listed(classes: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in classes)


def _newest_truths(
    feedback: Sequence[Feedback], rows: Mapping[int, LockedPrediction], recorded: Set[_Fact]
) -> tuple[list[_Piece], dict[int, tuple[str, datetime]]]:
    """What is to be recorded, and the truth that counts then, by prediction; an older one is kept but never counts."""
    current = {id_: (row.truth, row.truth_at) for id_, row in rows.items() if row.truth is not None and row.truth_at}
    pieces: list[_Piece] = []
    seen = set(recorded)
    for one in feedback:
        fact = (one.prediction_id, one.truth, one.known_at.astimezone(UTC))
        counting = current.get(one.prediction_id)
        late = counting is not None and fact[2] < counting[1]
        if counting == fact[1:] or (late and fact in seen):
            continue
        pieces.append(_Piece(fact, not late, counting))
        seen.add(fact)
        if not late:
            current[one.prediction_id] = (one.truth, fact[2])
    return pieces, current


def _recorded(session: Session, prediction_ids: Sequence[int]) -> set[_Fact]:
    """Every piece of feedback that is there already to these predictions."""
    row = tables.Feedback
    found: set[_Fact] = set()
    for start in range(0, len(prediction_ids), 500):
        chunk = prediction_ids[start : start + 500]
        stmt = select(row.prediction_id, row.truth, row.known_at).where(row.prediction_id.in_(chunk))
        found.update((r.prediction_id, r.truth, r.known_at) for r in session.execute(stmt))
    return found


def _values(project_id: int, piece: _Piece, member: Member, now: datetime) -> dict[str, Any]:
    prediction_id, truth, known_at = piece.fact
    replaced, replaced_at = piece.replaced or (None, None)
    return {
        "project_id": project_id,
        "prediction_id": prediction_id,
        "truth": truth,
        "known_at": known_at,
        "recorded_at": now,
        "recorded_by": member.display_name,
        "counts": piece.counts,
        "replaced": replaced,
        "replaced_at": replaced_at,
    }


def _grow_base(session: Session, project_id: int, changes: Sequence[_Change], now: datetime) -> None:
    """Write what was sent with each prediction, with its truth, to the base table; one row an entity and time."""
    if not any(change.row.base_row for change in changes):  # logged answers; a project of these may have no table
        return
    source = source_of(session, project_id)
    columns = {column.name: column for column in source.base.columns}
    target, label_time = source.declaration.target, source.declaration.label_time
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for change in sorted(changes, key=lambda c: (c.known_at, c.row.id)):
        sent = change.row.base_row or {}
        row = {name: typed_value(columns[name], value) for name, value in sent.items() if name in columns}
        if any(row.get(name) is None for name in source.base.identity):
            continue  # the table was declared anew since: the row has no place in it
        row[target] = typed_value(columns[target], change.truth)
        if label_time is not None:
            row[label_time] = change.known_at
        rows[tuple(row[name] for name in source.base.identity)] = row
    if rows:
        upsert(session, source.base, [rows[identity] for identity in sorted(rows)], partial=True)
        count, table = count_rows(session, source.base), tables.FeatureTable
        session.execute(update(table).where(table.id == source.base.id).values(row_count=count, updated_at=now))


def _update_predictions(session: Session, changes: Sequence[_Change]) -> None:
    values = [{"id": c.row.id, "truth": c.truth, "truth_at": c.known_at} for c in changes]
    if values:
        session.execute(update(tables.Prediction), values)
