"""The fits of a back-test that waits, made here as a worker's child would."""

from datetime import datetime

import sqlalchemy as sa

from db.models import Job
from db.session import transaction
from mms.domain.jobs import JobKind
from mms.usecases.backtests import fit_backtest
from mms.usecases.jobs import JobContext, claim, finish


def claimed(now: datetime) -> JobContext:
    """The job of the back-test, before all others."""
    with transaction() as session:
        session.execute(sa.update(Job).where(Job.kind == JobKind.BACKTEST.value).values(priority=99))
        job = claim(session, "test", now)
    assert job is not None
    assert job.kind is JobKind.BACKTEST
    return JobContext(job, transaction, lambda: now)


def fit_past(now: datetime) -> None:
    """All periods."""
    context = claimed(now)
    fit_backtest(context)
    with transaction() as session:
        finish(session, context.job.id, context.job.attempt, now)
