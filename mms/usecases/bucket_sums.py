"""Rows counted into stored sums: by model, scope and segment, by hour and day. Who adds holds the project's mark."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.answered_rows import AnsweredRows, Known
from db.queries.buckets import GRAINS, layouts
from mms.domain.projects import Task
from mms.domain.segments import Segment, holds
from mms.monitoring.counting import UNKNOWN, Answers, Counted, counted, merged
from mms.monitoring.sums import MOMENTS, PARTS, Layout

ALL = ""
"""The segment of every prediction."""

_COUNTS = tuple(part for part in PARTS if part != "moments")

_LOCKED = 200
"""Buckets read in one statement."""

_CANCELLED = 1e-6
"""A float sum smaller than this share of what was taken from it has lost digits to it, and is counted again."""


class Step(NamedTuple):
    """Answers come (+1) or go (-1) with what was known of them."""

    sign: int
    known: Known


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Whose bucket: a model's, in one scope and segment."""

    model_id: int
    scope: str
    segment: str


class Sums(NamedTuple):
    """What answers add to their hours. hours: datetime64[h], rising."""

    hours: np.ndarray
    counted: Counted

    def by(self, grain: str) -> tuple[np.ndarray, Counted]:
        """Beginnings of the hours or of the days, and what is added to them."""
        if grain == "hour":
            return self.hours, self.counted
        days, group = np.unique(self.hours.astype("datetime64[D]"), return_inverse=True)
        return days, self.counted.regrouped(group, len(days))


def sums_of(
    session: Session, rows: AnsweredRows, steps: Sequence[Step], ruled: Sequence[Segment], *, everybody: bool = True
) -> Iterator[tuple[Key, Sums]]:
    """What the steps of these rows add: for everybody, and for each of the segments that are given."""
    found = layouts(session, np.unique(rows.model_ids).tolist()) if len(rows) else {}
    hour = rows.at.astype("datetime64[h]")
    members = {segment.name: _members(rows, segment) for segment in ruled} | ({ALL: None} if everybody else {})
    for model_id, scope, mine in _by_model_and_scope(rows):
        layout = found[model_id]
        for segment, inside in members.items():
            some = mine if inside is None else mine[inside[mine]]
            if len(some):
                hours, group = np.unique(hour[some], return_inverse=True)
                answers = Answers.joined([_answers(layout, rows, some, group, step) for step in steps])
                yield Key(model_id, scope, segment), Sums(hours, counted(layout, answers, len(hours)))


def add_sums(session: Session, project_id: int, key: Key, sums: Sums) -> set[datetime]:
    """Add to the stored periods; those that are new are made. Returns days whose float sums have lost digits."""
    lost: set[datetime] = set()
    for grain in GRAINS:
        lost |= _add(session, project_id, key, grain, *sums.by(grain))
    return lost


def _by_model_and_scope(rows: AnsweredRows) -> Iterator[tuple[int, str, np.ndarray]]:
    scopes = sorted(set(rows.scopes))
    codes = {scope: i for i, scope in enumerate(scopes)}
    scope = np.fromiter(map(codes.__getitem__, rows.scopes), np.int64, len(rows))
    models, model = np.unique(rows.model_ids, return_inverse=True)
    key = model * len(scopes) + scope
    order = np.argsort(key, kind="stable")
    known, begins = np.unique(key[order], return_index=True)
    for one, mine in zip(known.tolist(), np.split(order, begins)[1:], strict=True):
        yield int(models[one // len(scopes)]), scopes[one % len(scopes)], mine


def _members(rows: AnsweredRows, segment: Segment) -> np.ndarray:
    """(N,) whether each row lies in the segment."""
    return np.fromiter((holds(segment.conditions, row) for row in rows.features), bool, len(rows))


def _answers(layout: Layout, rows: AnsweredRows, some: np.ndarray, group: np.ndarray, step: Step) -> Answers:
    places = some.tolist()
    truths = [step.known.truths[i] for i in places]
    labels = [rows.labels[i] for i in places] if layout.classes else truths
    truth, label = _codes(layout, truths), _codes(layout, labels)
    probabilities, likelihood = _probabilities(layout, rows, places, truth)
    return Answers(
        sign=np.full(len(some), step.sign, np.int64),
        group=group,
        label=label,
        truth=truth,
        probabilities=probabilities,
        likelihood=likelihood,
        value=rows.value[some],
        known=np.full(len(some), np.nan) if layout.classes else np.array(truths, np.float64),
        delay=(step.known.at[some] - rows.at[some]) / np.timedelta64(1, "h"),
        expected=rows.expected[some],
    )


def _codes(layout: Layout, names: Sequence[str | None]) -> np.ndarray:
    """(N,) places among the classes; UNKNOWN for what is none of them."""
    codes: dict[str | None, int] = {name: i for i, name in enumerate(layout.classes)}
    return np.fromiter(map(codes.get, names, repeat(UNKNOWN)), np.int64, len(names))


def _probabilities(
    layout: Layout, rows: AnsweredRows, places: Sequence[int], truth: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(N, scored), and (N,) the probability that was given to the truth. Of two classes the score is the positive's."""
    if layout.task is Task.BINARY and layout.scored:
        score = rows.score[np.array(places, np.int64)]
        positive = truth == layout.classes.index(layout.scored[0])
        return score[:, None], np.where(truth == UNKNOWN, np.nan, np.where(positive, score, 1 - score))
    if not layout.classes or not rows.probability_texts:
        return np.full((len(places), len(layout.scored)), np.nan), np.full(len(places), np.nan)
    given = np.array([[rows.probabilities[i].get(name, np.nan) for name in layout.classes] for i in places], np.float64)
    likelihood = np.where(truth == UNKNOWN, np.nan, given[np.arange(len(places)), truth])
    return given[:, [layout.classes.index(name) for name in layout.scored]], likelihood


def _add(session: Session, project_id: int, key: Key, grain: str, starts: np.ndarray, added: Counted) -> set[datetime]:
    times = moments_of(starts)
    present = _stored(session, key, grain, times)
    old = [present.get(at) for at in times]
    parts = {part: merged(added, part, [getattr(row, part) if row else b"" for row in old]) for part in _COUNTS}
    nothing = np.zeros(len(MOMENTS)).tobytes()
    before = np.frombuffer(b"".join(row.moments if row else nothing for row in old)).reshape(len(old), len(MOMENTS))
    after = before + added.moments
    values: list[dict[str, Any]] = [
        {
            **{name: getattr(key, name) for name in ("model_id", "scope", "segment")},
            "grain": grain, "start": at, "project_id": project_id,
            "n": int(added.n[i]) + (row.n if row else 0),
            "labelled": int(added.labelled[i]) + (row.labelled if row else 0),
            "moments": after[i].tobytes(),
            **{part: parts[part][i] for part in _COUNTS},
        }
        for i, (at, row) in enumerate(zip(times, old, strict=True))
    ]  # fmt: skip
    made = [one for one, row in zip(values, old, strict=True) if row is None]
    kept = [one for one, row in zip(values, old, strict=True) if row is not None]
    if made:
        session.execute(insert(tables.Bucket), made)
    if kept:
        session.execute(update(tables.Bucket), kept)
    lost = (np.abs(after) < _CANCELLED * added.taken).any(axis=1)
    return set(moments_of(starts[lost].astype("datetime64[D]")))


def moments_of(starts: np.ndarray) -> list[datetime]:
    """UTC times of an array of them."""
    found: list[datetime] = [start.replace(tzinfo=UTC) for start in starts.astype("datetime64[us]").tolist()]
    return found


def _stored(session: Session, key: Key, grain: str, times: Sequence[datetime]) -> Mapping[datetime, Any]:
    """The stored periods of these beginnings; the mark that is held keeps others from them."""
    row = tables.Bucket
    mine = (row.model_id == key.model_id, row.scope == key.scope, row.segment == key.segment, row.grain == grain)
    columns = (row.start, row.n, row.labelled, row.cells, row.scores, row.delays, row.moments)
    found: dict[datetime, Any] = {}
    for begin in range(0, len(times), _LOCKED):
        stmt = select(*columns).where(*mine, row.start.in_(times[begin : begin + _LOCKED]))
        found.update((one.start, one) for one in session.execute(stmt))
    return found
