"""Buckets counted again from the rows, in short transactions: all of a project, one segment, or only to compare."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import numpy as np
from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.answered_rows import Days, next_days
from db.queries.buckets import GRAINS, StoredBucket, bucket_count, stored_buckets
from db.queries.projects import live_project
from db.queries.segments import segment_of
from db.session import Transaction
from mms.domain.bucket_checks import BucketCheck, WrongBucket
from mms.domain.jobs import JobDraft, JobKind
from mms.domain.members import Member, Permission
from mms.monitoring.sums import MOMENTS, PARTS, coded_entries
from mms.usecases.bucket_sums import Key, Sums, moments_of
from mms.usecases.buckets import CHUNK, counted_again, fold_buckets, hold_mark, recount_next
from mms.usecases.jobs import JobContext, enqueue

_NEAR = 1e-9
"""Float sums that were added in another order differ by less, as a share."""

_At = tuple[Key, str, datetime]


def rebuild_all(transaction: Transaction, member: Member, project_id: int, now: datetime) -> int:
    """Count a project's rows again, some days at a time; return how many buckets there are then."""
    member.require(Permission.EDIT_DATA)
    since = _counted_up(transaction, project_id, now)
    while True:
        with transaction() as session:
            since = recount_next(session, project_id, since)
            if since is None:
                return bucket_count(session, project_id)


def check_buckets(transaction: Transaction, member: Member, project_id: int, now: datetime) -> BucketCheck:
    """Compare a project's buckets with its rows, some days at a time; counts exactly, float sums nearly."""
    member.require(Permission.EDIT_DATA)
    rows_from = since = _counted_up(transaction, project_id, now)
    count, wrong = 0, list[WrongBucket]()
    while True:
        with transaction() as session:
            until = next_days(session, project_id, since, CHUNK)
            compared, found = _compared(session, project_id, (since, until))
        count, since = count + compared, until
        wrong += found
        if until is None:
            return BucketCheck(count, tuple(wrong), rows_from)


def count_segment_later(session: Session, segment: tables.Segment, now: datetime) -> None:
    """A rule holds in the past too: what an older rule of the name counted goes, the worker counts the rows again."""
    forget_segment(session, segment)
    mine = tables.Bucket.project_id == segment.project_id
    if session.scalar(select(exists().where(mine))):
        draft = JobDraft(JobKind.SEGMENT, {"segment_id": segment.id}, segment.project_id)
        enqueue(session, draft, now)


def forget_segment(session: Session, segment: tables.Segment) -> None:
    """Drop the buckets of a segment."""
    hold_mark(session, segment.project_id)
    bucket = tables.Bucket
    gone = delete(bucket).where(bucket.project_id == segment.project_id, bucket.grain.in_(GRAINS))
    session.execute(gone.where(bucket.segment == segment.name).execution_options(synchronize_session=False))


def count_segment(context: JobContext) -> None:
    """The job: count the past of a segment, some days at a time; nothing where it is deleted by now."""
    segment_id = int(context.job.arguments["segment_id"])
    with context.transaction() as session:
        row = session.get_one(tables.Segment, segment_id)
        project_id, since = row.project_id, hold_mark(session, row.project_id).rows_from
    while True:
        with context.transaction() as session:
            hold_mark(session, project_id)
            row = session.get_one(tables.Segment, segment_id)
            if row.deleted_at is not None:
                return
            since = recount_next(session, project_id, since, segment_of(row))
        if since is None:
            return


def _counted_up(transaction: Transaction, project_id: int, now: datetime) -> datetime | None:
    """Count what is behind the mark; return from where on there are rows."""
    while True:
        with transaction() as session:
            live_project(session, project_id)
            if not fold_buckets(session, project_id, now):
                return hold_mark(session, project_id).rows_from


def _compared(session: Session, project_id: int, days: Days) -> tuple[int, list[WrongBucket]]:
    mark = hold_mark(session, project_id)
    again = _by_bucket(counted_again(session, mark, days))
    stored = {
        (Key(one.model_id, one.scope, one.segment), one.grain, one.start): one
        for one in stored_buckets(session, project_id, days)
    }
    wrong = []
    for key, grain, start in sorted(again.keys() | stored.keys()):
        kept, counted = stored.get((key, grain, start)), again.get((key, grain, start))
        if not _equal(kept, counted):
            numbers = (kept.n if kept else 0, counted.n if counted else 0)
            wrong.append(WrongBucket(key.model_id, key.scope, key.segment, grain, start, *numbers))
    return len(again.keys() | stored.keys()), wrong


def _by_bucket(sums: Iterable[tuple[Key, Sums]]) -> Mapping[_At, StoredBucket]:
    """Sums as they would be stored."""
    found: dict[_At, StoredBucket] = {}
    for key, one in sums:
        for grain in GRAINS:
            starts, counted = one.by(grain)
            parts = [coded_entries(*counted.entries[part], len(starts)) for part in PARTS if part != "moments"]
            for i, at in enumerate(moments_of(starts)):
                contents = (*(part[i] for part in parts), counted.moments[i].tobytes())
                numbers = (int(counted.n[i]), int(counted.labelled[i]))
                found[key, grain, at] = StoredBucket(
                    key.model_id, key.scope, key.segment, grain, at, *numbers, *contents
                )
    return found


_NOTHING = (0, 0, b"", b"", b"", np.zeros(len(MOMENTS)).tobytes())


def _equal(stored: StoredBucket | None, counted: StoredBucket | None) -> bool:
    a, b = (_NOTHING if one is None else one[5:] for one in (stored, counted))
    floats, others = (np.frombuffer(one[-1]) for one in (a, b))
    return a[:-1] == b[:-1] and bool(np.allclose(floats, others, rtol=_NEAR, atol=_NEAR))
