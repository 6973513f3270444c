"""What is wrong in a project now, as alerts would say it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.models import Firing as FiringRow
from db.models import Run as RunRow
from db.models import Trigger as TriggerRow
from db.queries.drafts import open_drafts
from db.queries.health import winners
from db.queries.promotions import champions
from db.queries.situations import Watch, drift_score, estimated_fall
from mms.domain.alerts import (
    Alarm,
    approval_alarm,
    decay_alarm,
    drift_alarm,
    estimated_alarm,
    labels_alarm,
    late_after,
    trigger_alarm,
)
from mms.domain.decay import EFFECT, Decay, Grain
from mms.domain.drafts import DraftState
from mms.domain.jobs import JobState
from mms.domain.projects import Project, PromotionPolicy
from mms.domain.scopes import ScopeKind, scope_of
from mms.domain.triggers import RELEASE, Condition, Score, TriggerKind

NO_RUN = "launched nothing"
"""How the outcome of a firing begins that launched no run."""


def alarms(session: Session, project: Project, now: datetime) -> list[Alarm]:
    """Everything that holds, or has not let go. now: the real time; the project is judged by its own present.

    Drift is measured over all that a model is asked, so one that sits in several scopes is told once, of
    the first of its seats, which is that of all rows where it has it.
    """
    present, drifting = project.present(now), set[int]()
    found: list[Alarm | None] = []
    for seat in champions(session, project.id):
        scope = seat.promotion.scope
        if scope_of(scope).kind is ScopeKind.USER:  # a single user has too few labels to judge by
            continue
        watch = Watch(session, project, present, scope)
        found += _of_seat(watch, seat.model.name)
        if seat.model.id not in drifting:
            drifting.add(seat.model.id)
            found.append(drift_alarm(scope, seat.model.name, drift_score(watch)))
    return [alarm for alarm in (*found, *_triggers(session, project), *_approvals(session, project)) if alarm]


def _of_seat(watch: Watch, champion: str) -> Iterator[Alarm | None]:
    full, loose = Condition(TriggerKind.DECAY, EFFECT), Condition(TriggerKind.DECAY, EFFECT * RELEASE)
    known, promised = watch.decay(full), estimated_fall(watch, full)
    yield decay_alarm(watch.scope, champion, known, watch.decay(loose))
    if not _is_known(promised, known):
        yield estimated_alarm(watch.scope, champion, promised, estimated_fall(watch, loose))
    yield _labels(watch)


def _is_known(promised: Decay | Score, known: Decay) -> bool:
    """Whether the newest period that is promised has its labels: what came true outranks what was promised."""
    if not isinstance(promised, Decay) or promised.newest is None or known.newest is None:
        return False
    return known.newest.mature and known.newest.period >= promised.newest.period


def _labels(watch: Watch) -> Alarm | None:
    """The newest day with a label, and the answers since whose labels are late, over all models of the scope."""
    labelled = [one.starts[one.series.labelled > 0] for one in watch.answered]
    days = [days.max() for days in labelled if len(days)]
    if not days:
        return None
    last = max(days)
    end = (last + np.timedelta64(1, "D")).astype("datetime64[s]").astype(datetime).replace(tzinfo=UTC)
    points = [point for point in watch.points(watch.metric, Grain.MONTH) if point.delay is not None]
    delay = points[-1].delay if points else None
    before = np.datetime64((watch.now - late_after(delay) - timedelta(days=1)).replace(tzinfo=None))
    late = ((one, (one.starts > last) & (one.starts <= before)) for one in watch.answered)
    waiting = sum(int(one.series.n[days].sum()) for one, days in late)
    return labels_alarm(watch.scope, end, waiting, delay, watch.now)


def _triggers(session: Session, project: Project) -> Iterator[Alarm]:
    """Triggers that are on, and whose newest firing launched nothing, or a run that failed."""
    firing, trigger = FiringRow, TriggerRow
    newest = sa.select(sa.func.max(firing.id)).where(firing.project_id == project.id).group_by(firing.trigger_id)
    stmt = (
        sa.select(trigger.id, trigger.name, firing.fired_at, firing.outcome, RunRow.number, RunRow.state, RunRow.error)
        .select_from(firing)
        .join(trigger, trigger.id == firing.trigger_id)
        .outerjoin(RunRow, RunRow.firing_id == firing.id)
        .where(firing.id.in_(newest), trigger.deleted_at.is_(None), trigger.enabled)
        .order_by(trigger.id)
    )
    for row in session.execute(stmt):
        if row.number is None and (row.outcome or "").startswith(NO_RUN):
            yield trigger_alarm(row.id, row.name, row.fired_at, row.outcome.removeprefix(f"{NO_RUN}: "))
        elif row.state == JobState.FAILED.value:
            said = f"run {row.number} failed: {row.error or 'see its log'}"
            yield trigger_alarm(row.id, row.name, row.fired_at, said)


def _approvals(session: Session, project: Project) -> Iterator[Alarm]:
    """Promotions that somebody asked for, and challengers of a retraining that won where the policy asks."""
    for draft in open_drafts(session, [project.id]).get(project.id, ()):
        if draft.state is DraftState.REQUESTED:
            what = f"{draft.drafter} asks to promote {draft.model}: {draft.reason}"
            yield approval_alarm(f"draft {draft.id}", what, draft.drafted_at)
    if project.policy.promotion is not PromotionPolicy.ASK:
        return
    best = winners(session, project)
    if best:
        champion, name, gain = best[0]
        what = f"Challenger {name} beat champion {champion.model.name} by {gain:.3f} and waits to be promoted."
        yield approval_alarm(f"{name} against {champion.model.name}", what, None)
