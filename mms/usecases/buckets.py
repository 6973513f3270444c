"""Keep buckets in step with predictions and feedback: what came since the watermark is counted, and the mark moved, in
one transaction.

Who writes predictions or feedback holds the mark first, so ids are given in the order in which they are counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.buckets import layouts
from db.queries.projects import live_project
from db.queries.segments import segments
from mms.domain.projects import Task
from mms.domain.segments import Segment, holds
from mms.monitoring.counting import UNKNOWN, Answers, Counted, counted, merged
from mms.monitoring.sums import MOMENTS, PARTS, Layout

ALL = ""
"""The segment of every prediction."""

GRAINS = ("hour", "day")

CHUNK = 50_000
"""Predictions counted at once."""

_LOCKED = 200
"""Buckets read in one statement."""

_COUNTS = tuple(part for part in PARTS if part != "moments")
_HOUR = "datetime64[h]"


class _Fact(NamedTuple):
    """One answer with a truth (None: not known yet) that a bucket gains (+1) or loses (-1)."""

    sign: int
    truth: str | None
    truth_at: datetime | None
    row: Any


@dataclass(frozen=True, slots=True)
class _Key:
    """Whose bucket: a model's, in one scope and segment."""

    model_id: int
    scope: str
    segment: str


def hold_mark(session: Session, project_id: int) -> tables.BucketMark:
    """The project's watermark, locked until the transaction ends; made where there is none."""
    mark = tables.BucketMark
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {"project_id": project_id, "prediction_id": 0, "feedback_id": 0, "drift_id": 0}
    session.execute(dialect.insert(mark).values(values).on_conflict_do_nothing())
    return session.scalars(
        select(mark).where(mark.project_id == project_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def fold_buckets(session: Session, project_id: int, now: datetime, most: int = CHUNK) -> int:
    """Count what came since the watermark, at most so many predictions; return how many answers were counted.

    Feedback is counted first, by what it replaced, then predictions with the truth they have by now: each fact once.
    """
    mark = hold_mark(session, project_id)
    facts = [*_told(session, mark), *_asked(session, mark, most)]
    _add(session, project_id, facts)
    mark.counted_at = now
    session.flush()
    return len(facts)


def take_from_buckets(session: Session, project_id: int, prediction_ids: Sequence[int]) -> None:
    """Take predictions out that are about to be deleted; all of them are counted already."""
    row = tables.Prediction
    for start in range(0, len(prediction_ids), 500):
        stmt = _rows().where(row.project_id == project_id, row.id.in_(prediction_ids[start : start + 500]))
        _add(session, project_id, [_Fact(-1, found.truth, found.truth_at, found) for found in session.execute(stmt)])


def rebuild_buckets(session: Session, project_id: int, now: datetime) -> Mapping[str, int]:
    """Count a project's rows again; return how many buckets there were and are. Sums of dropped rows stay."""
    live_project(session, project_id)
    mark, bucket = hold_mark(session, project_id), tables.Bucket
    mine = bucket.project_id == project_id
    before = session.scalar(select(func.count()).select_from(bucket).where(mine)) or 0
    gone = delete(bucket).where(mine)
    session.execute(gone if mark.rows_from is None else gone.where(bucket.start >= mark.rows_from))
    mark.prediction_id = mark.feedback_id = 0
    session.flush()
    while fold_buckets(session, project_id, now):
        pass
    after = session.scalar(select(func.count()).select_from(bucket).where(mine)) or 0
    return {"before": before, "after": after}


def _rows() -> Select[Any]:
    row = tables.Prediction
    return select(
        row.id, row.model_id, row.scope, row.predicted_at, row.label, row.value, row.score, row.probabilities,
        row.expected_absolute, row.expected_squared, row.features, row.base_row, row.truth, row.truth_at,
    )  # fmt: skip


def _asked(session: Session, mark: tables.BucketMark, most: int) -> list[_Fact]:
    """Predictions behind the mark, with their truths; the mark moves to the last."""
    row = tables.Prediction
    stmt = _rows().where(row.project_id == mark.project_id, row.id > mark.prediction_id).order_by(row.id).limit(most)
    found = [_Fact(1, one.truth, one.truth_at, one) for one in session.execute(stmt)]
    if found:
        mark.prediction_id = found[-1].row.id
    return found


def _told(session: Session, mark: tables.BucketMark) -> list[_Fact]:
    """Feedback behind the mark about predictions that are counted: the old truth goes, the new one comes."""
    told, row = tables.Feedback, tables.Prediction
    behind = (told.project_id == mark.project_id, told.id > mark.feedback_id)
    last = session.scalar(select(func.max(told.id)).where(*behind))
    if last is None:
        return []
    new = (told.truth.label("new"), told.known_at.label("new_at"), told.replaced, told.replaced_at)
    stmt = _rows().add_columns(*new).join(told, told.prediction_id == row.id)
    stmt = stmt.where(*behind, told.counts, row.id <= mark.prediction_id).order_by(told.id)
    facts: list[_Fact] = []
    for one in session.execute(stmt):
        facts += [_Fact(-1, one.replaced, one.replaced_at, one), _Fact(1, one.new, one.new_at, one)]
    mark.feedback_id = last
    return facts


def _add(session: Session, project_id: int, facts: Sequence[_Fact]) -> None:
    """Add the facts to the buckets of their hours and days, of everybody and of each segment they lie in."""
    by_model: dict[int, list[_Fact]] = {}
    for fact in facts:
        by_model.setdefault(fact.row.model_id, []).append(fact)
    found = layouts(session, sorted(by_model))
    ruled = segments(session, project_id) if facts else []
    for model_id, mine in sorted(by_model.items()):
        layout = found[model_id]
        for key, some in _by_key(model_id, mine, ruled).items():
            at = np.array([fact.row.predicted_at.replace(tzinfo=None) for fact in some], "datetime64[us]")
            hours, group = np.unique(at.astype(_HOUR), return_inverse=True)
            in_hours = counted(layout, _answers(layout, some, group), len(hours))
            days, day = np.unique(hours.astype("datetime64[D]"), return_inverse=True)
            _store(session, project_id, key, "hour", hours, in_hours)
            _store(session, project_id, key, "day", days, in_hours.regrouped(day, len(days)))


def _by_key(model_id: int, facts: Sequence[_Fact], ruled: Sequence[Segment]) -> dict[_Key, list[_Fact]]:
    found: dict[_Key, list[_Fact]] = {}
    for fact in facts:
        names = [ALL]
        if ruled:
            row = {**(fact.row.base_row or {}), **fact.row.features}
            names += [one.name for one in ruled if holds(one.conditions, row)]
        for name in names:
            found.setdefault(_Key(model_id, fact.row.scope, name), []).append(fact)
    return found


def _answers(layout: Layout, facts: Sequence[_Fact], group: np.ndarray) -> Answers:
    codes = {name: i for i, name in enumerate(layout.classes)}
    truths = [fact.truth for fact in facts]
    rows = [fact.row for fact in facts]
    truth = np.array([UNKNOWN if name is None else codes.get(name, UNKNOWN) for name in truths], np.int64)
    numbers = not layout.classes
    delays = [
        np.nan if fact.truth_at is None else (fact.truth_at - fact.row.predicted_at).total_seconds() / 3600
        for fact in facts
    ]
    return Answers(
        sign=np.array([fact.sign for fact in facts], np.int64),
        group=group,
        label=np.array([codes.get(row.label, 0) for row in rows], np.int64),
        truth=truth,
        probabilities=_probabilities(layout, rows),
        likelihood=_likelihood(layout, facts),
        value=_floats([row.value for row in rows]),
        known=_floats([float(t) if numbers and t is not None else None for t in truths]),
        delay=np.array(delays, np.float64),
        expected=np.stack(
            [_floats([r.expected_absolute for r in rows]), _floats([r.expected_squared for r in rows])], 1
        ),
    )


def _probabilities(layout: Layout, rows: Sequence[Any]) -> np.ndarray:
    """(N, scored): of two classes the score is the positive one's."""
    if layout.task is Task.BINARY:
        return _floats([row.score for row in rows])[:, None][:, : len(layout.scored)]
    return np.array(
        [[row.probabilities.get(name, np.nan) for name in layout.scored] for row in rows], np.float64
    ).reshape(len(rows), len(layout.scored))


def _likelihood(layout: Layout, facts: Sequence[_Fact]) -> np.ndarray:
    """(N,) the probability that was given to the truth."""
    if not layout.classes:
        return np.full(len(facts), np.nan)
    return _floats([None if f.truth is None else f.row.probabilities.get(f.truth) for f in facts])


def _floats(values: Iterable[float | None]) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _store(session: Session, project_id: int, key: _Key, grain: str, starts: np.ndarray, added: Counted) -> None:
    """Add what was counted to the stored periods; those that are new are made."""
    times = [start.replace(tzinfo=UTC) for start in starts.astype("datetime64[us]").tolist()]
    present = _locked(session, key, grain, times)
    old = [present.get(at) for at in times]
    parts = {part: merged(added, part, [getattr(row, part) if row else b"" for row in old]) for part in _COUNTS}
    values = []
    for i, (at, row) in enumerate(zip(times, old, strict=True)):
        before = np.frombuffer(row.moments, "<f8") if row else np.zeros(len(MOMENTS))
        values.append({
            "model_id": key.model_id, "scope": key.scope, "segment": key.segment, "grain": grain, "start": at,
            "project_id": project_id,
            "n": int(added.n[i]) + (row.n if row else 0),
            "labelled": int(added.labelled[i]) + (row.labelled if row else 0),
            "moments": (before + added.moments[i]).tobytes(),
            **{part: parts[part][i] for part in _COUNTS},
        })  # fmt: skip
    made = [one for one, row in zip(values, old, strict=True) if row is None]
    kept = [one for one, row in zip(values, old, strict=True) if row is not None]
    if made:
        session.execute(insert(tables.Bucket), made)
    if kept:
        session.execute(update(tables.Bucket), kept)


def _locked(session: Session, key: _Key, grain: str, times: Sequence[datetime]) -> dict[datetime, Any]:
    """The stored periods of these beginnings; the mark that is held keeps others from them."""
    row = tables.Bucket
    mine = (row.model_id == key.model_id, row.scope == key.scope, row.segment == key.segment, row.grain == grain)
    columns = (row.start, row.n, row.labelled, row.cells, row.scores, row.delays, row.moments)
    found: dict[datetime, Any] = {}
    for begin in range(0, len(times), _LOCKED):
        stmt = select(*columns).where(*mine, row.start.in_(times[begin : begin + _LOCKED]))
        found.update((one.start, one) for one in session.execute(stmt))
    return found
