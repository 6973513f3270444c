"""Triggers with how far they are, and their firings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Firing as FiringRow
from db.models import Run as RunRow
from db.models import Trigger as TriggerTable
from db.queries.situations import Watch
from mms.domain.projects import Project
from mms.domain.rules import rule_from_json
from mms.domain.triggers import Firing, Reading, Situation, Trigger, gain_from_json, read_trigger


@dataclass(frozen=True, slots=True)
class TriggerRow:
    """A trigger with how far it is, and what it looked at."""

    trigger: Trigger
    reading: Reading
    situation: Situation


def triggers(session: Session, project: Project, now: datetime) -> list[TriggerRow]:
    """Live triggers of a project, read as of `now`, its present."""
    return list(read(session, project, live_triggers(session, [project.id], now).get(project.id, ()), now))


def read(session: Session, project: Project, some: Iterable[Trigger], now: datetime) -> Iterator[TriggerRow]:
    """Some triggers of a project, one after the other; what several look at is read once."""
    watches: dict[str, Watch] = {}
    for trigger in some:
        watch = watches.setdefault(trigger.scope, Watch(session, project, now, trigger.scope))
        situation = watch.situation(trigger)
        yield TriggerRow(trigger, read_trigger(trigger, situation), situation)


def live_triggers(session: Session, project_ids: Sequence[int], now: datetime) -> dict[int, list[Trigger]]:
    """The triggers of some projects in the order in which they were made; firings that a budget counts as of `now`."""
    row = TriggerTable
    stmt = select(row).where(row.project_id.in_(project_ids), row.deleted_at.is_(None)).order_by(row.id)
    rows = session.scalars(stmt).all()
    fired = _fired(session, rows, now)
    found: dict[int, list[Trigger]] = {}
    for one in rows:
        found.setdefault(one.project_id, []).append(trigger_of(one, fired.get(one.id, ())))
    return found


def trigger_of(row: TriggerTable, fired: Sequence[datetime] = ()) -> Trigger:
    """The record of a row. fired: the firings that its budget counts."""
    rule = rule_from_json(row.rule)
    return Trigger(
        id=row.id,
        project_id=row.project_id,
        name=row.name,
        scope=row.scope,
        rule=rule,
        enabled=row.enabled,
        created_by=row.created_by,
        created_at=row.created_at,
        last_fired_at=row.last_fired_at,
        fired=tuple(fired),
        armed=row.armed,
        ticks={
            condition: datetime.fromisoformat(tick)
            for condition, tick in zip(rule.conditions, row.ticks, strict=False)
            if tick is not None
        },
    )


def firings(session: Session, project_id: int, scope: str | None = None, limit: int = 100) -> list[Firing]:
    """Newest first, each with its run. scope: only of triggers that watch its champion; None: of all."""
    stmt = (
        select(FiringRow, TriggerTable.name, RunRow.id)
        .join(TriggerTable, TriggerTable.id == FiringRow.trigger_id)
        .outerjoin(RunRow, RunRow.firing_id == FiringRow.id)
        .where(FiringRow.project_id == project_id, *([] if scope is None else [TriggerTable.scope == scope]))
        .order_by(FiringRow.id.desc())
        .limit(limit)
    )
    return [
        Firing(
            id=row.id,
            trigger_id=row.trigger_id,
            project_id=row.project_id,
            name=name,
            fired_at=row.fired_at,
            evidence=row.evidence,
            run_id=run_id,
            outcome=row.outcome,
            gain=gain_from_json(row.gain),
        )
        for row, name, run_id in session.execute(stmt)
    ]


def _fired(session: Session, rows: Sequence[TriggerTable], now: datetime) -> Mapping[int, list[datetime]]:
    """Of triggers with a budget, when they fired within its days."""
    budgets = {row.id: row.rule["budget"]["days"] for row in rows if row.rule.get("budget")}
    if not budgets:
        return {}
    since, found = now - timedelta(days=max(budgets.values())), dict[int, list[datetime]]()
    stmt = select(FiringRow.trigger_id, FiringRow.fired_at).where(
        FiringRow.trigger_id.in_(budgets), FiringRow.fired_at > since
    )
    for trigger_id, fired_at in session.execute(stmt):
        found.setdefault(trigger_id, []).append(fired_at)
    return found
