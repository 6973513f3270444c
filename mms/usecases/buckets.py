"""Keep buckets in step with predictions and feedback: what came since the watermark is counted, and the mark moved, in
one transaction.

Who writes predictions or feedback holds the mark first, so ids are given in the order in which they are counted. Who
writes many only holds it: the worker counts them soon.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.answered_rows import (
    AnsweredRows,
    Days,
    answers_behind,
    answers_between,
    answers_of,
    last_told,
    next_days,
    told_between,
)
from db.queries.buckets import GRAINS, projects_behind
from db.queries.segments import segments
from mms.domain.segments import Segment
from mms.usecases.bucket_sums import Key, Step, Sums, add_sums, sums_of
from mms.usecases.jobs import JobContext

CHUNK = 50_000
"""Predictions, or pieces of feedback, counted at once."""

_IDS = 500
"""Predictions deleted in one statement."""

SPARE = 1_000
"""How many more rows than it writes a writer counts: what lies behind the mark grows less, and nobody waits long."""


def hold_mark(session: Session, project_id: int) -> tables.BucketMark:
    """The project's watermark, locked until the transaction ends; made where there is none."""
    mark = tables.BucketMark
    held = select(mark).where(mark.project_id == project_id).with_for_update()
    held = held.execution_options(populate_existing=True)
    found = session.scalars(held).one_or_none()
    if found is None:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        values = {"project_id": project_id, "prediction_id": 0, "feedback_id": 0, "drift_id": 0}
        session.execute(dialect.insert(mark).values(values).on_conflict_do_nothing())
        found = session.scalars(held).one()
    return found


def fold_buckets(session: Session, project_id: int, now: datetime, most: int = CHUNK) -> int:
    """Count what came since the watermark, at most so many rows of a kind; return how many were looked at.

    Feedback is counted first, by what it replaced: once none is left, predictions are with the truth they have by now.
    So each fact counts once.
    """
    mark, ruled = hold_mark(session, project_id), segments(session, project_id)
    told = _count_told(session, mark, ruled, most)
    asked = _count_asked(session, mark, ruled, most) if told < most else 0
    if told or asked:
        mark.counted_at = now
        session.flush()
    return told + asked


def fold_all(context: JobContext) -> None:
    """Count what lies behind the mark of any project, deleted ones too, a transaction a chunk."""
    with context.transaction() as session:
        behind = projects_behind(session)
    for project_id in behind:
        looked_at = CHUNK
        while looked_at >= CHUNK:
            with context.transaction() as session:
                looked_at = fold_buckets(session, project_id, context.now())
            context.say(context.job.progress)  # stops where somebody asked for it


def take_from_buckets(session: Session, project_id: int, prediction_ids: Sequence[int]) -> None:
    """Delete predictions, and take those out of their buckets that are counted."""
    mark, ruled = hold_mark(session, project_id), segments(session, project_id)
    _count_all_told(session, mark, ruled)
    row = tables.Prediction
    for start in range(0, len(prediction_ids), _IDS):
        ids = prediction_ids[start : start + _IDS]
        counted = [id_ for id_ in ids if id_ <= mark.prediction_id]
        rows = answers_of(session, project_id, counted, features=bool(ruled))
        gone = delete(row).where(row.project_id == project_id, row.id.in_(ids))
        session.execute(gone.execution_options(synchronize_session=False))
        _add(session, mark, rows, [Step(-1, rows.known)], ruled)


def recount_next(
    session: Session, project_id: int, since: datetime | None, segment: Segment | None = None
) -> datetime | None:
    """Count some whole days from `since` on again; return where the next begin, None after the last.

    segment: only its buckets. Days from `since` on must have all their rows.
    """
    mark = hold_mark(session, project_id)
    until = next_days(session, project_id, since, CHUNK)
    _recount(session, mark, (since, until), segment)
    return until


def counted_again(
    session: Session, mark: tables.BucketMark, days: Days, segment: Segment | None = None
) -> Iterator[tuple[Key, Sums]]:
    """The sums of all counted rows of some days, from the rows; all feedback is counted first."""
    _count_all_told(session, mark, segments(session, mark.project_id))
    ruled = segments(session, mark.project_id) if segment is None else [segment]
    rows = answers_between(session, mark.project_id, days, mark.prediction_id, features=bool(ruled))
    yield from sums_of(session, rows, [Step(1, rows.known)], ruled, everybody=segment is None)


def _recount(session: Session, mark: tables.BucketMark, days: Days, segment: Segment | None = None) -> None:
    again = list(counted_again(session, mark, days, segment))
    bucket, (since, until) = tables.Bucket, days
    gone = delete(bucket).where(bucket.project_id == mark.project_id, bucket.grain.in_(GRAINS))
    gone = gone if since is None else gone.where(bucket.start >= since)
    gone = gone if until is None else gone.where(bucket.start < until)
    gone = gone if segment is None else gone.where(bucket.segment == segment.name)
    session.execute(gone.execution_options(synchronize_session=False))
    for key, sums in again:
        add_sums(session, mark.project_id, key, sums)


def _count_all_told(session: Session, mark: tables.BucketMark, ruled: Sequence[Segment]) -> None:
    while _count_told(session, mark, ruled, CHUNK):
        pass


def _count_told(session: Session, mark: tables.BucketMark, ruled: Sequence[Segment], most: int) -> int:
    """Feedback behind the mark about predictions that are counted: the old truth goes, the new one comes."""
    count, last = last_told(session, mark.project_id, mark.feedback_id, most)
    if not count:
        return 0
    between = (mark.feedback_id, last)
    rows = told_between(session, mark.project_id, between, mark.prediction_id, features=bool(ruled))
    mark.feedback_id = last
    session.flush()
    old, new = rows.told
    _add(session, mark, rows, [Step(-1, old), Step(1, new)], ruled)
    return count


def _count_asked(session: Session, mark: tables.BucketMark, ruled: Sequence[Segment], most: int) -> int:
    """Predictions behind the mark, with their truths; the mark moves to the last."""
    rows = answers_behind(session, mark.project_id, mark.prediction_id, most, features=bool(ruled))
    if len(rows):
        mark.prediction_id = int(rows.ids[-1])
        session.flush()
        _add(session, mark, rows, [Step(1, rows.known)], ruled)
    return len(rows)


def _add(
    session: Session, mark: tables.BucketMark, rows: AnsweredRows, steps: Sequence[Step], ruled: Sequence[Segment]
) -> None:
    """Add the steps to their buckets; days whose float sums lose digits by that are counted again."""
    lost: set[datetime] = set()
    for key, sums in sums_of(session, rows, steps, ruled):
        lost |= add_sums(session, mark.project_id, key, sums)
    for day in sorted(lost):
        if mark.rows_from is None or day >= mark.rows_from:
            _recount(session, mark, (day, day + timedelta(days=1)))
