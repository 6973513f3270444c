"""Triggers: rules that launch a retraining run, how far each is, and the evidence each firing keeps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mms.domain.decay import Decay
from mms.domain.errors import Invalid
from mms.domain.promotions import GLOBAL
from mms.domain.rules import Condition as Condition
from mms.domain.rules import Rule as Rule
from mms.domain.rules import TriggerKind as TriggerKind
from mms.domain.rules import rule_to_json

RELEASE = 0.8
"""A rule that fired has let go when it is under this share of its thresholds: a value that wavers fires once."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """A rule of a project.

    scope: whose champion it watches and challenges. fired: the firings that its budget counts. armed: whether its rule
    has let go since the last firing. ticks: the next tick of each cron condition.
    """

    id: int
    project_id: int
    name: str
    scope: str
    rule: Rule
    enabled: bool
    created_by: str
    created_at: datetime
    last_fired_at: datetime | None = None
    fired: tuple[datetime, ...] = ()
    armed: bool = True
    ticks: Mapping[Condition, datetime] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The rule in words."""
        return self.rule.words


@dataclass(frozen=True, slots=True)
class TriggerDraft:
    """A rule to make; name None takes what it watches."""

    rule: Rule
    scope: str = GLOBAL
    name: str | None = None


def draft_of(kind: TriggerKind, threshold: float, cooldown_days: float = 30.0) -> TriggerDraft:
    """A rule of one condition."""
    return TriggerDraft(Rule((Condition(kind, threshold),), cooldown_days=cooldown_days))


@dataclass(frozen=True, slots=True)
class TriggerChanges:
    """What to change of a trigger; None keeps. threshold: of a rule's only condition."""

    threshold: float | None = None
    cooldown_days: float | None = None
    enabled: bool | None = None
    rule: Rule | None = None
    name: str | None = None

    def applied(self, rule: Rule) -> Rule:
        """The rule as changed; Invalid where a threshold is given and the rule has several conditions."""
        rule = self.rule or rule
        if self.threshold is not None:
            if len(rule.conditions) > 1 or rule.conditions[0].cron is not None:
                raise Invalid("Which condition's threshold? Send the whole rule with its conditions instead.")
            rule = replace(rule, conditions=(replace(rule.conditions[0], threshold=self.threshold),))
        return rule if self.cooldown_days is None else replace(rule, cooldown_days=self.cooldown_days)


@dataclass(frozen=True, slots=True)
class Score:
    """Something measured to be held against a threshold. value None: not measured; sentence: what it is, or why not."""

    value: float | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Situation:
    """What a trigger's conditions look at, at one moment; what no condition asks for is None or left out.

    labels: mature labelled answers of the champion since its promotion. new_labels: labelled rows newer than its
    snapshot. data_from, data_to: which answers of the champion were read. decay, estimated: by condition. drift: score
    in 0 to 1. cost: what mistakes cost more than at promotion. ticks: next tick by cron condition.
    """

    now: datetime
    champion_since: datetime | None
    champion: str | None = None
    snapshot_to: datetime | None = None
    labels: int | None = None
    new_labels: int | None = None
    decay: Mapping[Condition, Decay] = field(default_factory=dict)
    estimated: Mapping[Condition, Decay | Score] = field(default_factory=dict)
    drift: Score | None = None
    cost: Score | None = None
    ticks: Mapping[Condition, datetime] = field(default_factory=dict)

    @property
    def decaying_since(self) -> datetime | None:
        """When the first of the decays began that the conditions see, realised ones before estimated ones."""
        seen = [*self.decay.values(), *(e for e in self.estimated.values() if isinstance(e, Decay))]
        return min((d.since for d in seen if d.decaying and d.since), default=None)


@dataclass(frozen=True, slots=True)
class ConditionReading:
    """How far one condition is. share: 0 to 1 of its threshold. due: when it is sure to hold, where time alone says."""

    condition: Condition
    share: float
    holds: bool
    sentence: str
    value: float | None = None
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a trigger is.

    share: 0 to 1; fires: whether it would fire now; sentence: why. holds: whether the rule as such does. rests_until:
    when what holds it back (rest, quiet hours, budget) ends. due: when it fires, where time alone decides.
    """

    share: float
    fires: bool
    sentence: str
    holds: bool = False
    rests_until: datetime | None = None
    due: datetime | None = None
    parts: tuple[ConditionReading, ...] = ()


@dataclass(frozen=True, slots=True)
class Gain:
    """What a retraining was worth, from the answers after its promotion.

    before, after: the metric (natural units) of the champion it followed and of its own; gain: by how much the new one
    is better (stored units: greater is better). rows: labelled answers after the promotion. against: which answers
    `before` is about, in words.
    """

    metric: str
    before: float
    after: float
    gain: float
    rows: int
    against: str
    sentence: str

    @property
    def paid_off(self) -> bool:
        """Whether the new champion did better."""
        return self.gain > 0


@dataclass(frozen=True, slots=True)
class Firing:
    """One time a trigger fired, with its evidence, its run, what came of it, and later what that was worth."""

    id: int
    trigger_id: int
    project_id: int
    name: str
    fired_at: datetime
    evidence: Mapping[str, Any]
    run_id: int | None
    outcome: str | None
    gain: Gain | None = None


def read_rule(rule: Rule, situation: Situation) -> Reading:
    """How far a rule is, whatever holds a firing back left aside."""
    if situation.champion_since is None:
        return Reading(0.0, False, "No champion yet: promote a model first.")
    parts = tuple(_READ[condition.kind](condition, situation) for condition in rule.conditions)
    ranked = sorted(parts, key=lambda part: (part.holds, part.share), reverse=True)
    last = ranked[rule.needed - 1]
    due = [part.due for part in ranked[: rule.needed]]
    when = max((at for at in due if at), default=None) if all(due) else None
    sentence = " ".join(part.sentence for part in parts)
    holds, scarce = last.holds, _scarce(rule, situation)
    share = 1.0 if holds else min(part.share for part in ranked[: rule.needed])
    if holds and scarce:
        return Reading(share, False, f"{sentence} {scarce}", parts=parts)
    return Reading(share, holds, sentence, holds, due=when, parts=parts)


def read_trigger(trigger: Trigger, situation: Situation) -> Reading:
    """How far a trigger is, and whether it fires now."""
    reading = read_rule(trigger.rule, situation)
    if not trigger.enabled:
        words = f"{reading.sentence} The trigger is switched off."
        return Reading(reading.share, False, words, reading.holds, parts=reading.parts)
    until, why = held_back(trigger, situation.now)
    due = max(filter(None, (reading.due, until)), default=None) if reading.due else None
    if reading.holds and until is not None:
        words = f"{reading.sentence} {why} until {until:%-d %B %Y, %H:%M} UTC."
        return Reading(reading.share, False, words, True, until, until, reading.parts)
    if reading.holds and not trigger.armed and not trigger.rule.cooldown_days:
        words = f"{reading.sentence} It fired for this already and waits until it lets go."
        return Reading(reading.share, False, words, True, parts=reading.parts)
    return Reading(reading.share, reading.fires, reading.sentence, reading.holds, until, due, reading.parts)


def held_back(trigger: Trigger, now: datetime) -> tuple[datetime | None, str]:
    """Until when nothing fires though the rule may hold, and why; (None, '') where nothing holds it back.

    The longest of rest and budget, then the quiet hours that cover its end. A firing after `now` is of a clock that was
    set back since: nobody rests from it.
    """
    rule, until, why = trigger.rule, None, ""
    if trigger.last_fired_at is not None and trigger.last_fired_at <= now:
        rested = trigger.last_fired_at + timedelta(days=rule.cooldown_days)
        until, why = (rested, "It rests") if now < rested else (None, "")
    if rule.budget is not None and (room := rule.budget.until(now, trigger.fired)) and (until is None or room > until):
        until, why = room, f"Its budget ({rule.budget.words}) is spent"
    if rule.quiet is not None and (quiet := rule.quiet.until(until or now)):
        until, why = quiet, why or "It is quiet"
    return until, why


def _scarce(rule: Rule, situation: Situation) -> str | None:
    """Why there are too few labels to fire; None where there are enough."""
    if not rule.minimum_labels or (situation.labels or 0) >= rule.minimum_labels:
        return None
    return f"Only {situation.labels or 0:,} of {rule.minimum_labels:,} mature labels are in: it waits for more."


def _size(condition: Condition, situation: Situation) -> ConditionReading:
    count, wanted = situation.new_labels or 0, condition.threshold or 1.0
    words = f"{count:,} of {wanted:,.0f} new labelled rows."
    return ConditionReading(condition, min(1.0, count / wanted), count >= wanted, words, count)


def _time(condition: Condition, situation: Situation) -> ConditionReading:
    assert situation.champion_since is not None
    if condition.threshold is None:
        return _clock(condition, situation)
    age = (situation.now - situation.champion_since) / timedelta(days=1)
    words = f"The champion is {age:.0f} of {condition.threshold:g} days old."
    due = situation.champion_since + timedelta(days=condition.threshold)
    share = max(0.0, min(1.0, age / condition.threshold))
    return ConditionReading(condition, share, age >= condition.threshold, words, age, due)


def _clock(condition: Condition, situation: Situation) -> ConditionReading:
    tick = situation.ticks.get(condition)
    if tick is None:
        return ConditionReading(condition, 0.0, False, "Its clock has not been wound: switch it off and on.")
    tick, holds = tick.astimezone(UTC), tick <= situation.now  # it was wound on the clock of its zone
    words = f"{'Its time came' if holds else 'Its time comes'} on {tick:%-d %B %Y, %H:%M} UTC."
    return ConditionReading(condition, float(holds), holds, words, None, tick)


def _decay(condition: Condition, situation: Situation) -> ConditionReading:
    decay = situation.decay.get(condition)
    if decay is None:
        return ConditionReading(condition, 0.0, False, "No labels yet.")
    return _fall(condition, decay, decay.sentence)


def _estimated(condition: Condition, situation: Situation) -> ConditionReading:
    found = situation.estimated.get(condition)
    if isinstance(found, Decay):
        return _fall(condition, found, f"Estimated without labels: {found.sentence}")
    why = found.sentence if found else "no estimate is made for this champion."
    return ConditionReading(condition, 0.0, False, f"Not measured yet: {why}")


def _fall(condition: Condition, decay: Decay, words: str) -> ConditionReading:
    """A fall that is not sure counts for nothing: half a decay is noise."""
    value = decay.newest.estimate.value if decay.newest and decay.newest.estimate else None
    return ConditionReading(condition, float(decay.decaying), decay.decaying, words, value)


def _drift(condition: Condition, situation: Situation) -> ConditionReading:
    return _measured(condition, situation.drift)


def _cost(condition: Condition, situation: Situation) -> ConditionReading:
    return _measured(condition, situation.cost)


def _measured(condition: Condition, score: Score | None) -> ConditionReading:
    if score is None or score.value is None:
        why = score.sentence if score else "nothing to read it from."
        return ConditionReading(condition, 0.0, False, f"Not measured yet: {why}")
    wanted = condition.threshold or 1.0
    share = max(0.0, min(1.0, score.value / wanted))
    return ConditionReading(condition, share, score.value >= wanted, score.sentence, score.value)


_READ: Mapping[TriggerKind, Callable[[Condition, Situation], ConditionReading]] = {
    TriggerKind.SIZE: _size,
    TriggerKind.TIME: _time,
    TriggerKind.DECAY: _decay,
    TriggerKind.ESTIMATED: _estimated,
    TriggerKind.DRIFT: _drift,
    TriggerKind.COST: _cost,
}


def as_document(trigger: Trigger, reading: Reading) -> dict[str, Any]:
    """A trigger with how far it is, as plain JSON for programs."""
    return {
        "trigger": {
            "id": trigger.id,
            "project_id": trigger.project_id,
            "name": trigger.name,
            "scope": trigger.scope,
            "rule": rule_to_json(trigger.rule),
            "words": trigger.rule.sentence,
            "enabled": trigger.enabled,
            "created_by": trigger.created_by,
            "created_at": trigger.created_at,
            "last_fired_at": trigger.last_fired_at,
        },
        "reading": {
            "share": reading.share,
            "fires": reading.fires,
            "holds": reading.holds,
            "sentence": reading.sentence,
            "rests_until": reading.rests_until,
            "due": reading.due,
            "conditions": [
                {
                    "kind": part.condition.kind,
                    "share": part.share,
                    "holds": part.holds,
                    "value": part.value,
                    "sentence": part.sentence,
                    "due": part.due,
                }
                for part in reading.parts
            ],
        },
    }


def gain_from_json(value: Mapping[str, Any] | None) -> Gain | None:
    """The gain of a firing, as it is stored by the names of its fields."""
    return None if value is None else Gain(**value)
