"""Triggers: rules that launch a retraining run, and the evidence each firing keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from mms.domain.decay import Decay
from mms.domain.errors import Invalid


class TriggerKind(StrEnum):
    """What a trigger watches."""

    SIZE = "size"
    TIME = "time"
    DECAY = "decay"


@dataclass(frozen=True, slots=True)
class Trigger:
    """A rule of a project.

    threshold: size: new labelled rows since the champion's snapshot; time: age of the champion in days;
    decay: fall of the primary metric (natural units) that counts. cooldown_days: rest after a firing.
    """

    id: int
    project_id: int
    kind: TriggerKind
    threshold: float
    cooldown_days: float
    enabled: bool
    created_by: str
    created_at: datetime
    last_fired_at: datetime | None = None

    @property
    def words(self) -> str:
        """The rule in words."""
        if self.kind is TriggerKind.SIZE:
            return f"{self.threshold:,.0f} new labelled rows since the champion's snapshot"
        if self.kind is TriggerKind.TIME:
            return f"the champion is {self.threshold:g} days old"
        return f"the primary metric fell by more than {self.threshold:g}, surely, in 2 of the last 3 months"


@dataclass(frozen=True, slots=True)
class TriggerDraft:
    """A rule to make."""

    kind: TriggerKind
    threshold: float
    cooldown_days: float = 30.0


@dataclass(frozen=True, slots=True)
class TriggerChanges:
    """What to change of a rule; None keeps."""

    threshold: float | None = None
    cooldown_days: float | None = None
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """What triggers look at, of one project at one moment."""

    now: datetime
    new_labels: int
    champion_since: datetime | None
    decay: Decay | None


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a trigger is. share: 0 to 1 of the threshold; fires: whether it would fire now; sentence: why."""

    share: float
    fires: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Firing:
    """One time a trigger fired, with its evidence and what came of it."""

    id: int
    trigger_id: int
    project_id: int
    kind: TriggerKind
    fired_at: datetime
    evidence: Mapping[str, Any]
    run_id: int | None
    outcome: str | None


_LIMITS: Mapping[TriggerKind, tuple[float, float, str]] = {
    TriggerKind.SIZE: (1, 1e9, "a whole number of rows, at least 1"),
    TriggerKind.TIME: (1 / 24, 36500, "a number of days, from an hour (0.042) to 36,500"),
    TriggerKind.DECAY: (0.0001, 1e9, "a positive fall of the primary metric, such as 0.02"),
}


def checked_threshold(kind: TriggerKind, threshold: float) -> float:
    """The threshold, or Invalid with what this kind of trigger takes."""
    low, high, takes = _LIMITS[kind]
    in_range = low <= threshold <= high
    if not in_range or (kind is TriggerKind.SIZE and threshold != int(threshold)):
        raise Invalid(f"A {kind.value} trigger's threshold is {takes}; it got {threshold:g}.")
    return threshold


def checked_cooldown(days: float) -> float:
    """The cooldown in days, or Invalid."""
    if not 0 <= days <= 3650:
        raise Invalid(f"A cooldown is 0 to 3,650 days; it got {days:g}.")
    return days


def read_trigger(trigger: Trigger, situation: Situation) -> Reading:
    """How far a trigger is, and whether it fires now."""
    reading = _reading(trigger, situation)
    if not reading.fires:
        return reading
    if not trigger.enabled:
        return Reading(reading.share, False, f"{reading.sentence} The trigger is switched off.")
    if trigger.last_fired_at is not None:
        rest_until = trigger.last_fired_at + timedelta(days=trigger.cooldown_days)
        if situation.now < rest_until:
            return Reading(
                reading.share, False, f"{reading.sentence} It rests until {rest_until:%-d %B %Y, %H:%M} UTC."
            )
    return reading


def _reading(trigger: Trigger, situation: Situation) -> Reading:
    if situation.champion_since is None:
        return Reading(0.0, False, "No champion yet: promote a model first.")
    if trigger.kind is TriggerKind.SIZE:
        share = situation.new_labels / trigger.threshold
        words = f"{situation.new_labels:,} of {trigger.threshold:,.0f} new labelled rows."
        return Reading(min(1.0, share), share >= 1, words)
    if trigger.kind is TriggerKind.TIME:
        age = (situation.now - situation.champion_since) / timedelta(days=1)
        words = f"The champion is {age:.0f} of {trigger.threshold:g} days old."
        return Reading(max(0.0, min(1.0, age / trigger.threshold)), age >= trigger.threshold, words)
    if situation.decay is None:
        return Reading(0.0, False, "No labels yet.")
    return Reading(1.0 if situation.decay.decaying else 0.0, situation.decay.decaying, situation.decay.sentence)
