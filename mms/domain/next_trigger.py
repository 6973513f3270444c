"""The next trigger of a project, in words: when it fires, or what it waits for."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from mms.domain.health import day_words
from mms.domain.triggers import Reading, Trigger


def nearest(read: Sequence[tuple[Trigger, Reading]]) -> tuple[Trigger, Reading] | None:
    """Of the enabled ones the one that fires first, then the nearest, then the one made first; None without any."""
    live = [pair for pair in read if pair[0].enabled]
    return max(live, key=lambda pair: (pair[1].fires, pair[1].share, -pair[0].id), default=None)


def next_trigger(read: Sequence[tuple[Trigger, Reading]], now: datetime, *, seated: bool) -> str:
    """The one that is nearest, and how many others watch. seated: whether there is a champion to be challenged."""
    found = nearest(read)
    if found is None:
        return "all are switched off" if read else "none watches"
    if not seated:
        return "waits for a champion"
    others = sum(trigger.enabled for trigger, _ in read) - 1
    more = f", and {others} other{'s' if others > 1 else ''}" if others else ""
    return f"{_words(*found, now)}{more}"


def _words(trigger: Trigger, reading: Reading, now: datetime) -> str:
    if reading.fires:
        return f"{trigger.name}, at the next look (within a minute)"
    if reading.due is not None:
        days = (reading.due - now) / timedelta(days=1)
        when = f"in {days:,.0f} days" if days >= 1.5 else f"in {24 * days:,.0f} hours"
        return f"{trigger.name}, on {day_words(reading.due)} ({when})"
    rests = f", rests until {day_words(reading.rests_until)}" if reading.rests_until else ""
    waits = " ".join(part.sentence for part in reading.parts if not part.holds) or reading.sentence
    return f"{trigger.name}, waits: {waits.rstrip('.')}{rests}"
