"""Triggers: made, edited, checked, fired."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.jobs import UNFINISHED
from db.queries.projects import hold_project, live_project, project_of
from db.queries.segments import get_segment_named
from db.queries.triggers import TriggerRow, live_triggers, read
from mms.domain.errors import Invalid, MmsError, NotFound
from mms.domain.members import Member, Permission
from mms.domain.projects import Project
from mms.domain.rules import Condition, Rule, checked_rule, rule_from_json, rule_to_json
from mms.domain.runs import Retraining, RunKind
from mms.domain.scopes import ScopeKind, scope_of
from mms.domain.snapshots import selection_to_json
from mms.domain.triggers import RELEASE, TriggerChanges, TriggerDraft, held_back
from mms.monitoring.metrics import WATCHED
from mms.usecases.crons import checked_cron, checked_zone, next_tick
from mms.usecases.runs import retrain
from mms.usecases.windows import selection_of


def create_trigger(session: Session, member: Member, project_id: int, draft: TriggerDraft, now: datetime) -> int:
    """A new rule; return its id."""
    member.require(Permission.TRAIN)
    project = project_of(live_project(session, project_id))
    now = project.present(now)
    rule = checked_for(project, draft.rule, now)
    scope = scope_of(draft.scope)
    if not draft.scope.isprintable():
        raise Invalid("A trigger's scope is written in printable characters.")
    if scope.kind is ScopeKind.USER:
        raise Invalid("A trigger watches all rows, a group or a segment: a single user has too few labels to judge by.")
    if scope.kind is ScopeKind.SEGMENT:
        get_segment_named(session, project_id, scope.value)
    row = tables.Trigger(
        project_id=project.id,
        name=_name(draft.name, rule),
        scope=draft.scope,
        rule=rule_to_json(rule),
        enabled=True,
        ticks=_ticks(rule, now),
        created_by=member.display_name,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def edit_trigger(session: Session, member: Member, trigger_id: int, changes: TriggerChanges, now: datetime) -> None:
    """Change what is given; a clock is wound again by every change."""
    member.require(Permission.TRAIN)
    row = _live(session, trigger_id)
    before = rule_from_json(row.rule)
    project = project_of(live_project(session, row.project_id))
    now = project.present(now)
    rule = checked_for(project, changes.applied(before), now)
    if changes.name is not None or row.name == before.name:
        row.name = _name(changes.name, rule)
    row.rule, row.ticks = rule_to_json(rule), _ticks(rule, now)
    if rule.conditions != before.conditions:
        row.armed = True
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

    Returns the runs' ids. now: the real time, for the queue. While a retraining of a scope is unfinished, nothing fires
    there; of several that would fire in a scope, the first made does. What cannot fire now is not read at all.
    """
    member.require(Permission.TRAIN)
    project = project_of(live_project(session, project_id))
    hold_project(session, project_id)
    if project.archived_at is not None:
        return []
    present, busy = project.present(now), _busy_scopes(session, project_id)
    free = (
        trigger
        for trigger in live_triggers(session, [project_id], present).get(project_id, ())
        if trigger.enabled and trigger.scope not in busy and held_back(trigger, present)[0] is None
    )
    launched = []
    for row in read(session, project, free, present):
        if row.reading.fires:
            busy.add(row.trigger.scope)
            launched.append(_fire(session, member, row, now))
        elif not row.reading.holds:
            _let_go(session, row)
    return [run_id for run_id in launched if run_id is not None]


def _fire(session: Session, member: Member, fired: TriggerRow, now: datetime) -> int | None:
    """Keep the evidence, launch the retraining, and say what came of it; a refusal is an outcome too."""
    trigger, present = fired.trigger, fired.situation.now
    firing = tables.Firing(
        project_id=trigger.project_id,
        trigger_id=trigger.id,
        fired_at=present,
        evidence=_evidence(fired),
        outcome=None,
    )
    session.add(firing)
    row = session.get_one(tables.Trigger, trigger.id)
    row.last_fired_at, row.armed, row.ticks = present, False, _ticks(trigger.rule, present)
    session.flush()
    try:
        with session.begin_nested():
            selection = selection_of(session, trigger, fired.situation)
            firing.evidence = {**firing.evidence, "window": selection and selection_to_json(selection)}
            request = Retraining(trigger.project_id, trigger.scope, selection, firing.id, trigger.rule.space)
            run_id = retrain(session, member, request, now)
    except MmsError as refusal:
        firing.outcome = f"launched nothing: {refusal.sentence}"
        session.flush()
        return None
    number = session.scalar(select(tables.Run.number).where(tables.Run.id == run_id))
    firing.outcome = f"launched run {number}"
    session.flush()
    return run_id


def _let_go(session: Session, row: TriggerRow) -> None:
    """A rule that holds no more: it may fire again once it is well below.

    A tick that came in vain is over, and one of a clock that was set back since is wound again.
    """
    trigger, now = row.trigger, row.situation.now
    is_wound = trigger.ticks == ticks_of(trigger.rule, now)
    if trigger.armed and is_wound:
        return
    stored = session.get_one(tables.Trigger, trigger.id)
    stored.armed = trigger.armed or row.reading.share < RELEASE
    if not is_wound:
        stored.ticks = _ticks(trigger.rule, now)


def _evidence(fired: TriggerRow) -> dict[str, Any]:
    """Why it fired, in words and in numbers, as JSON."""
    trigger, reading, seen = fired.trigger, fired.reading, fired.situation
    since = seen.champion_since
    return {
        "rule": trigger.words,
        "reading": reading.sentence,
        "conditions": [
            {
                "kind": part.condition.kind.value,
                "threshold": part.condition.threshold,
                "value": part.value,
                "holds": part.holds,
                "reading": part.sentence,
            }
            for part in reading.parts
        ],
        "champion": seen.champion,
        "champion_since": since and since.isoformat(),
        "snapshot_to": seen.snapshot_to and seen.snapshot_to.isoformat(),
        "data_from": since and since.isoformat(),
        "data_to": seen.now.isoformat(),
        "labels": seen.labels,
        "new_labels": seen.new_labels,
        "decaying_since": seen.decaying_since and seen.decaying_since.isoformat(),
    }


def checked_for(project: Project, rule: Rule, now: datetime) -> Rule:
    """The rule, or Invalid: a threshold out of range, a metric that is not counted, a clock that never ticks."""
    checked_rule(rule)
    if rule.quiet is not None:
        checked_zone(rule.quiet.zone)
    known = WATCHED[project.task]
    for condition in rule.conditions:
        if condition.metric is not None and condition.metric not in known:
            raise Invalid(f"'{condition.metric}' cannot be watched; choose one of {', '.join(known)}.")
        if condition.cron is not None:
            checked_cron(condition.cron, condition.zone, now)
    return rule


def ticks_of(rule: Rule, now: datetime) -> dict[Condition, datetime]:
    """The next tick of each condition that has a clock."""
    return {c: next_tick(c.cron, c.zone, now) for c in rule.conditions if c.cron is not None}


def _ticks(rule: Rule, now: datetime) -> list[str | None]:
    """The next tick of each condition, as JSON; None for those without a clock."""
    found = ticks_of(rule, now)
    return [found[c].isoformat() if c in found else None for c in rule.conditions]


def _name(name: str | None, rule: Rule) -> str:
    """The name without outer blanks, or what the rule watches; Invalid over 80 characters."""
    trimmed = (name or "").strip() or rule.name
    if len(trimmed) > 80 or not trimmed.isprintable():
        raise Invalid("A trigger's name has at most 80 printable characters.")
    return trimmed


def _busy_scopes(session: Session, project_id: int) -> set[str]:
    """Scopes in which a retraining is unfinished."""
    run = tables.Run
    stmt = select(run.scope).where(
        run.project_id == project_id, run.kind == RunKind.RETRAINING.value, run.state.in_(UNFINISHED)
    )
    return set(session.scalars(stmt))


def _live(session: Session, trigger_id: int) -> tables.Trigger:
    row = session.get(tables.Trigger, trigger_id)
    if row is None or row.deleted_at is not None:
        raise NotFound(f"There is no trigger {trigger_id}: it was deleted or never made; list the triggers.")
    return row
