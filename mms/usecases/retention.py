"""Drop raw rows that a project does not keep any longer; their sums stay in the buckets."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.projects import live_project, project_of, projects
from db.session import Transaction
from mms.domain.members import PRODUCT
from mms.usecases.buckets import fold_buckets, hold_mark
from mms.usecases.jobs import JobContext

_AT_ONCE = 5_000
"""Predictions dropped in one transaction."""


def drop_all_old_rows(context: JobContext) -> None:
    """The nightly job: every live project by its own present."""
    with context.transaction() as session:
        found = projects(session, PRODUCT, archived=True)
    for project in found:
        dropped = drop_old_rows(context.transaction, project.id, context.now())
        if dropped:
            context.log(f"Dropped {dropped:,} predictions of '{project.name}' with their feedback; their sums stay.")


def drop_old_rows(transaction: Transaction, project_id: int, now: datetime) -> int:
    """Drop counted predictions, and their feedback, of whole days (UTC) that the policy does not keep; return how many.

    First the mark says from where on there are rows, so no count of the rows ever takes what is left for all.
    """
    with transaction() as session:
        project = project_of(live_project(session, project_id))
    days = project.policy.keep_rows_days
    if days is None:
        return 0
    today = project.present(now).replace(hour=0, minute=0, second=0, microsecond=0)
    cut = today - timedelta(days=days)
    looked_at = 1
    while looked_at:
        with transaction() as session:
            looked_at = fold_buckets(session, project_id, now)
    with transaction() as session:
        mark = hold_mark(session, project_id)
        if _old(session, mark, cut) and (mark.rows_from is None or mark.rows_from < cut):
            mark.rows_from = cut
    dropped, some = 0, 1
    while some:
        with transaction() as session:
            some = _dropped(session, hold_mark(session, project_id), cut)
        dropped += some
    return dropped


def _dropped(session: Session, mark: tables.BucketMark, cut: datetime) -> int:
    ids = _old(session, mark, cut)
    gone = delete(tables.Prediction).where(tables.Prediction.id.in_(ids))
    session.execute(gone.execution_options(synchronize_session=False))
    return len(ids)


def _old(session: Session, mark: tables.BucketMark, cut: datetime) -> list[int]:
    """Ids of some of the oldest rows before `cut` whose answers and features are counted."""
    row, last = tables.Prediction, min(mark.prediction_id, mark.drift_id)
    stmt = select(row.id).where(row.project_id == mark.project_id, row.predicted_at < cut, row.id <= last)
    return list(session.scalars(stmt.order_by(row.predicted_at).limit(_AT_ONCE)))
