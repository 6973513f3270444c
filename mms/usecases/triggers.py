"""Triggers: made, edited, checked, fired."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.decay import TriggerRow, effect_of, situation, triggers
from db.queries.jobs import UNFINISHED
from db.queries.projects import hold_project, live_project, project_of
from mms.domain.errors import MmsError, NotFound
from mms.domain.members import Member, Permission
from mms.domain.promotions import GLOBAL
from mms.domain.runs import Retraining, RunKind
from mms.domain.triggers import (
    Situation,
    TriggerChanges,
    TriggerDraft,
    TriggerKind,
    checked_cooldown,
    checked_threshold,
)
from mms.usecases.runs import retrain


def create_trigger(session: Session, member: Member, project_id: int, draft: TriggerDraft, now: datetime) -> int:
    """A new rule; return its id."""
    member.require(Permission.TRAIN)
    project = live_project(session, project_id)
    row = tables.Trigger(
        project_id=project.id,
        name=draft.kind.value,
        scope=GLOBAL,
        rule={
            "conditions": [{"kind": draft.kind.value, "threshold": checked_threshold(draft.kind, draft.threshold)}],
            "needs": "any",
            "cooldown_days": checked_cooldown(draft.cooldown_days),
        },
        enabled=True,
        created_by=member.display_name,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def edit_trigger(session: Session, member: Member, trigger_id: int, changes: TriggerChanges) -> None:
    """Change what is given."""
    member.require(Permission.TRAIN)
    row = _live(session, trigger_id)
    (condition,) = row.rule["conditions"]
    rest = row.rule["cooldown_days"] if changes.cooldown_days is None else checked_cooldown(changes.cooldown_days)
    if changes.threshold is not None:
        condition = {**condition, "threshold": checked_threshold(TriggerKind(condition["kind"]), changes.threshold)}
    row.rule = {**row.rule, "conditions": [condition], "cooldown_days": rest}
    if changes.enabled is not None:
        row.enabled = changes.enabled
    session.flush()


def delete_trigger(session: Session, member: Member, trigger_id: int, now: datetime) -> None:
    """Put a rule in the bin; its firings stay."""
    member.require(Permission.TRAIN)
    _live(session, trigger_id).deleted_at = now
    session.flush()


def check_triggers(session: Session, member: Member, project_id: int, now: datetime) -> list[int]:
    """Read every trigger as of the project's present; one that fires keeps its evidence and launches a retraining.

    Returns the runs' ids. now: the real time, for the queue.
    While a retraining of the project is unfinished, nothing fires; of several that would fire, the first made does.
    """
    member.require(Permission.TRAIN)
    project = project_of(live_project(session, project_id))
    hold_project(session, project_id)
    if project.archived_at is not None or _is_retraining(session, project_id):
        return []
    present = project.present(now)
    fired = next((row for row in triggers(session, project, present) if row.reading.fires), None)
    if fired is None:
        return []
    seen = situation(session, project, present, effect_of(fired.trigger))
    run_id = _fire(session, member, fired, seen, now)
    return [] if run_id is None else [run_id]


def _fire(session: Session, member: Member, fired: TriggerRow, seen: Situation, now: datetime) -> int | None:
    """Keep the evidence, launch the retraining, and say what came of it; a refusal is an outcome too."""
    trigger = fired.trigger
    firing = tables.Firing(
        project_id=trigger.project_id,
        trigger_id=trigger.id,
        fired_at=seen.now,
        evidence=_evidence(fired, seen),
        outcome=None,
    )
    session.add(firing)
    session.get_one(tables.Trigger, trigger.id).last_fired_at = seen.now
    session.flush()
    try:
        with session.begin_nested():
            run_id = retrain(session, member, Retraining(trigger.project_id, firing_id=firing.id), now)
    except MmsError as refusal:
        firing.outcome = f"launched nothing: {refusal.sentence}"
        session.flush()
        return None
    number = session.scalar(select(tables.Run.number).where(tables.Run.id == run_id))
    firing.outcome = f"launched run {number}"
    session.flush()
    return run_id


def _evidence(fired: TriggerRow, seen: Situation) -> dict[str, Any]:
    """Why it fired, in words and in numbers, as JSON."""
    decay = seen.decay
    return {
        "rule": fired.trigger.words,
        "reading": fired.reading.sentence,
        "threshold": fired.trigger.threshold,
        "new_labels": seen.new_labels,
        "champion_since": seen.champion_since.isoformat() if seen.champion_since else None,
        "decay": decay.sentence if decay else None,
        "decaying_since": decay.since.isoformat() if decay and decay.since else None,
    }


def _is_retraining(session: Session, project_id: int) -> bool:
    run = tables.Run
    stmt = select(run.id).where(
        run.project_id == project_id, run.kind == RunKind.RETRAINING.value, run.state.in_(UNFINISHED)
    )
    return session.scalar(stmt.limit(1)) is not None


def _live(session: Session, trigger_id: int) -> tables.Trigger:
    row = session.get(tables.Trigger, trigger_id)
    if row is None or row.deleted_at is not None:
        raise NotFound(f"There is no trigger {trigger_id}: it was deleted or never made; list the triggers.")
    return row
