"""What retrainings were worth: filled in when the answers after them have their labels."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache, partial

from sqlalchemy.orm import Session

from db import models as tables
from db.queries.buckets import BucketSeries
from db.queries.gains import Level, Reign, answered_in, level, open_reigns, same_rows
from db.queries.projects import live_project, project_of
from mms.domain.buckets import Estimate
from mms.domain.decay import MINIMUM_LABELS, Grain
from mms.domain.members import Member, Permission
from mms.domain.projects import Project
from mms.domain.scores import METRICS
from mms.domain.triggers import Gain
from mms.monitoring.metrics import parts_of
from mms.monitoring.plain import estimate_of

_Answered = Callable[[str], Sequence[BucketSeries]]
"""What every model of a scope answered."""


def record_gains(session: Session, member: Member, project_id: int, now: datetime) -> int:
    """Fill in the gain of every firing whose champion has mature answers by now; return of how many."""
    member.require(Permission.TRAIN)
    project = project_of(live_project(session, project_id))
    present = project.present(now)
    answered = cache(partial(answered_in, session, project_id, metric=project.primary_metric))
    known = 0
    for reign in open_reigns(session, project_id):
        gain = _gain(session, project, reign, answered, present)
        if gain is not None:
            session.get_one(tables.Firing, reign.firing_id).gain = asdict(gain)
            known += 1
    return known


def _gain(session: Session, project: Project, reign: Reign, answered: _Answered, now: datetime) -> Gain | None:
    """By months; where the champion was followed before it had a mature one, by weeks, then by days."""
    if reign.until is None and Grain.MONTH.next_of(Grain.MONTH.start_of(reign.since)) > now:
        return None  # no month of it is over: nothing needs to be read
    found, metric = answered(reign.scope), project.primary_metric
    for grain in (Grain.MONTH, Grain.WEEK, Grain.DAY) if reign.until else (Grain.MONTH,):
        after = level(found, reign, metric, grain, now)
        if after is None:
            continue
        shared = _on_same_rows(session, project, reign, metric)
        if shared is not None:
            rows = f"the same {shared[1].n:,} rows, which both answered"
            return _told(metric, shared[0], shared[1], rows)
        before = level(found, reign, metric, grain, now, before=True)
        return None if before is None else _told(metric, before.estimate, after.estimate, _periods(before))
    return None


def _on_same_rows(session: Session, project: Project, reign: Reign, metric: str) -> tuple[Estimate, Estimate] | None:
    """Both champions' metric on the rows that both answered; None where those are few, or labels do not suffice."""
    if not project.task.is_classification or parts_of(metric) != ("cells",):
        return None
    sums = same_rows(session, project.id, reign)
    if sums is None or sums[0].labelled < MINIMUM_LABELS:
        return None
    before, after = (estimate_of(one, metric, project.positive_class) for one in sums)
    return (before, after) if before and after else None


def _periods(before: Level) -> str:
    count = before.periods
    return f"the old champion's last {f'{count} {before.grain}s' if count > 1 else before.grain} before it"


def _told(metric: str, before: Estimate, after: Estimate, against: str) -> Gain:
    known = METRICS[metric]
    gain = after.value - before.value if known.greater_is_better else before.value - after.value
    side = "better" if gain > 0 else "no better"
    return Gain(
        metric=metric,
        before=before.value,
        after=after.value,
        gain=gain,
        rows=after.n,
        against=against,
        sentence=f"{known.label} {before.value:.3f} → {after.value:.3f} on {after.n:,} labelled answers: {side} than "
        f"in {against}.",
    )
