"""The next trigger of a project, in words: when it fires, or what it waits for."""

from collections.abc import Sequence
from datetime import timedelta

from mms.domain.health import day_words
from mms.domain.triggers import Situation, Trigger, TriggerKind, read_trigger


def next_trigger(triggers: Sequence[Trigger], situation: Situation, metric: str) -> str:
    """The one that is nearest, and how many others watch. metric: the label of the watched one."""
    live = [trigger for trigger in triggers if trigger.enabled]
    if not live:
        return "none watches" if not triggers else "all are switched off"
    if situation.champion_since is None:
        return "waits for a champion"
    nearest = max(live, key=lambda trigger: _nearness(trigger, situation))
    others = len(live) - 1
    more = f", and {others} other{'s' if others > 1 else ''}" if others else ""
    return f"{_words(nearest, situation, metric)}{more}"


def _nearness(trigger: Trigger, situation: Situation) -> tuple[bool, float, int]:
    """Those that fire first, then by how far they are, then the one made first."""
    reading = read_trigger(trigger, situation)
    return reading.fires, reading.share, -trigger.id


def _words(trigger: Trigger, situation: Situation, metric: str) -> str:
    if read_trigger(trigger, situation).fires:
        return f"{trigger.kind.value}, at the next look (within a minute)"
    rested = trigger.last_fired_at and trigger.last_fired_at + timedelta(days=trigger.cooldown_days)
    rests = f", rests until {day_words(rested)}" if rested and rested > situation.now else ""
    if trigger.kind is TriggerKind.SIZE:
        wanted = f"{trigger.threshold:,.0f} new labelled rows"
        return f"size, waits for {wanted} ({situation.new_labels:,} so far){rests}"
    if trigger.kind is TriggerKind.TIME:
        assert situation.champion_since is not None
        due = situation.champion_since + timedelta(days=trigger.threshold)
        day = max(due, rested) if rested else due
        return f"time, on {day_words(day)} (in {(day - situation.now) / timedelta(days=1):,.0f} days)"
    return f"decay, waits until {metric} is sure to be worse by more than {trigger.threshold:g}{rests}"
