"""What a rule would do, before it is switched on: how far it is now, and when it would have fired."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from db.queries.projects import live_project, project_of
from db.queries.situations import Watch
from mms.domain.members import Member, Permission
from mms.domain.rules import TriggerKind
from mms.domain.triggers import RELEASE, Reading, Trigger, TriggerDraft, read_trigger
from mms.usecases.triggers import checked_for, ticks_of

LOOKS = 60
"""Into the past a rule is read at most so often, at least a day apart."""

_DAY = timedelta(days=1)
_NOW_ONLY = (TriggerKind.DRIFT, TriggerKind.ESTIMATED)


@dataclass(frozen=True, slots=True)
class Preview:
    """How far a rule is now, and on which of the looks since the champion was seated it would have fired.

    since: None without a champion. every: time between two looks; None where too few conditions can be read for the
    past. unread: what is read for the present only.
    """

    reading: Reading
    since: datetime | None
    every: timedelta | None
    fired_on: tuple[datetime, ...]
    unread: tuple[str, ...]

    @property
    def words(self) -> str:
        """The past in one sentence."""
        if self.since is None:
            return "Without a champion there is no past to read it in."
        if self.every is None:
            return f"Its past cannot be read: {' and '.join(self.unread)} is measured for the present only."
        days = round(self.every / _DAY)
        often = f"looked at every {days} days" if days > 1 else "looked at every day"
        told = ", ".join(f"{at:%-d %B %Y}" for at in self.fired_on[:5]) + (" …" if len(self.fired_on) > 5 else "")
        left = f" Not read for the past: {', '.join(self.unread)}." if self.unread else ""
        since = f"since {self.since:%-d %B %Y} ({often}, labels as known today, no retraining in between)"
        return f"It would {f'have fired on {told}' if self.fired_on else 'never have fired'}, {since}.{left}"

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "fires": self.reading.fires,
            "reading": self.reading.sentence,
            "due": self.reading.due,
            "fired_on": self.fired_on,
            "past": self.words,
        }


def preview(session: Session, member: Member, project_id: int, draft: TriggerDraft, now: datetime) -> Preview:
    """Read a rule now and back to the promotion of its scope's champion. Invalid: a rule that could never fire."""
    member.require(Permission.VIEW)
    project = project_of(live_project(session, project_id))
    present = project.present(now)
    rule = checked_for(project, draft.rule, present)
    watch = Watch(session, project, present, draft.scope)
    ticks = ticks_of(rule, present)
    trigger = Trigger(0, project.id, rule.name, draft.scope, rule, True, member.display_name, present, ticks=ticks)
    reading = read_trigger(trigger, watch.situation(trigger))
    if watch.champion is None:
        return Preview(reading, None, None, (), ())
    since = watch.champion.promotion.promoted_at
    unread = tuple(dict.fromkeys(c.kind.value for c in rule.conditions if c.kind in _NOW_ONLY))
    past = tuple(c for c in rule.conditions if c.kind not in _NOW_ONLY)
    if len(past) < rule.needed:
        return Preview(reading, since, None, (), unread)
    every = max(_DAY, (present - since) / LOOKS)
    read = replace(trigger, rule=replace(rule, conditions=past))
    return Preview(reading, since, every, tuple(_firings(watch, read, since, every)), unread)


def _firings(watch: Watch, trigger: Trigger, since: datetime, every: timedelta) -> Iterator[datetime]:
    """The looks at which it fires, each as if the one before had changed nothing but its rest."""
    given = (watch.champion, watch.answered, watch.holdout)
    state = replace(trigger, ticks=ticks_of(trigger.rule, since))
    at = since + every
    while at <= watch.now:
        seen = Watch(watch.session, watch.project, at, watch.scope, given).situation(state)
        reading = read_trigger(state, seen)
        if reading.fires:
            yield at
            fired = (*state.fired, at)
            state = replace(state, last_fired_at=at, fired=fired, armed=False, ticks=ticks_of(state.rule, at))
        elif not reading.holds:
            spent = any(tick <= at for tick in state.ticks.values())
            armed = state.armed or reading.share < RELEASE
            state = replace(state, armed=armed, ticks=ticks_of(state.rule, at) if spent else state.ticks)
        at += every
