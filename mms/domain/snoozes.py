"""Snoozes: what is wrong is known and waits, until a date, or until it gets worse."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mms.domain.decay import EFFECT
from mms.domain.errors import Invalid
from mms.domain.health import Need, day_words
from mms.domain.scores import METRICS

LONGEST = timedelta(days=366)
"""How long what is wrong may be left alone."""


@dataclass(frozen=True, slots=True)
class Snooze:
    """Somebody has seen what is wrong. need, value: what was needed then, and the watched metric (natural units)."""

    until: datetime
    reason: str
    snoozed_by: str
    snoozed_at: datetime
    need: Need | None
    value: float | None

    @property
    def words(self) -> str:
        """Who snoozed it until when, and why."""
        return f"Snoozed until {day_words(self.until)} by {self.snoozed_by}: {self.reason}"


def woken_by(
    snooze: Snooze, need: Need | None, metric: str, value: float | None, now: datetime, effect: float = EFFECT
) -> str | None:
    """Why the snooze is over, in one sentence; None: it still holds.

    It ends with its date, when something else is needed than then, and when the metric got worse by more than
    `effect`. A project that needs nobody any more stays asleep.
    """
    if now >= snooze.until:
        return f"Its snooze ended on {day_words(snooze.until)}."
    if need is None:
        return None
    if need is not snooze.need:
        return "It woke from its snooze: something else is wrong than then."
    if value is not None and snooze.value is not None:
        worse = METRICS[metric].stored(snooze.value) - METRICS[metric].stored(value)
        if worse > effect:
            return f"It woke from its snooze: {METRICS[metric].label} went on from {snooze.value:.2f} to {value:.2f}."
    return None


def checked_until(until: datetime, now: datetime) -> datetime:
    """A time to come, or Invalid."""
    if until <= now:
        raise Invalid(f"{day_words(until)} is past: snooze until a day to come.")
    if until > now + LONGEST:
        raise Invalid(f"A warning is snoozed for at most {LONGEST.days} days: choose an earlier day.")
    return until
