"""Rules of triggers: conditions, how many of them it takes, and what holds a firing back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from operator import index
from typing import Any
from zoneinfo import ZoneInfo

from mms.domain.crons import cron_words
from mms.domain.decay import Grain
from mms.domain.errors import Invalid
from mms.domain.scores import METRICS


class TriggerKind(StrEnum):
    """What a condition watches."""

    SIZE = "size"
    TIME = "time"
    DECAY = "decay"
    ESTIMATED = "estimated"
    DRIFT = "drift"
    COST = "cost"


class Needs(StrEnum):
    """How many conditions must hold; a number stands for 'at least so many'."""

    ANY = "any"
    ALL = "all"


class Space(StrEnum):
    """What a retraining tries: the champion's run again, its triple alone, its neighbours, or the project's best."""

    RUN = "run"
    CHAMPION = "champion"
    NEIGHBOURHOOD = "neighbourhood"
    PROJECT = "project"

    @property
    def words(self) -> str:
        """As a sentence says it: 'tries ...'."""
        return _SPACES[self]


BEST = 20
"""Of the project's whole space, a retraining tries so many triples: those with the best scores."""

_SPACES: Mapping[Space, str] = {
    Space.RUN: "what the champion's run tried",
    Space.CHAMPION: "the champion's own triple",
    Space.NEIGHBOURHOOD: "the champion's triple and those one step beside it",
    Space.PROJECT: f"the {BEST} best triples of the project",
}


class WindowKind(StrEnum):
    """Which rows a retraining learns from."""

    ALL = "all rows"
    LAST_DAYS = "last days"
    SINCE_SNAPSHOT = "since the snapshot"
    SINCE_DECAY = "since decay began"


@dataclass(frozen=True, slots=True)
class Window:
    """The rows a retraining learns from; days: of LAST_DAYS."""

    kind: WindowKind = WindowKind.ALL
    days: int | None = None

    @property
    def words(self) -> str:
        """As a sentence says it: 'learns from ...'."""
        if self.kind is WindowKind.LAST_DAYS:
            return f"the last {_counted(self.days or 0, 'day')}"
        if self.kind is WindowKind.SINCE_SNAPSHOT:
            return "the rows since the champion's snapshot"
        return "the rows since decay began" if self.kind is WindowKind.SINCE_DECAY else "all rows"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing to watch.

    threshold: size: new labelled rows since the champion's snapshot; time: age of the champion in days, None where
    `cron` says when; decay and estimated: fall of the metric (natural units) that counts; drift: score of drift, 0 to
    1; cost: what mistakes since the promotion cost more than they would have at its rates, in the project's unit.
    zone: of the cron expression. metric: of decay and estimated; None takes the one the project is watched by. grain:
    the periods by which decay and estimated are judged.
    """

    kind: TriggerKind
    threshold: float | None = None
    cron: str | None = None
    zone: str = "UTC"
    metric: str | None = None
    grain: Grain = Grain.MONTH

    @property
    def words(self) -> str:
        """The condition in words."""
        if self.cron is not None:
            return f"the clock says so: {cron_words(self.cron, self.zone)}"
        amount = self.threshold or 0.0
        metric = METRICS[self.metric].label if self.metric else "the primary metric"
        return {
            TriggerKind.SIZE: f"{amount:,.0f} new labelled rows came since the champion's snapshot",
            TriggerKind.TIME: f"the champion is {amount:g} days old",
            TriggerKind.DECAY: f"{metric} fell by more than {amount:g}, surely, in 2 of the last 3 {self.grain}s",
            TriggerKind.ESTIMATED: f"{metric} as estimated without labels fell by more than {amount:g}, "
            f"surely, in 2 of the last 3 {self.grain}s",
            TriggerKind.DRIFT: f"the drift score is {amount:g} or more",
            TriggerKind.COST: f"mistakes cost {amount:,g} more than at promotion",
        }[self.kind]


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the day in which nothing fires: from `start` up to before `end` on the clock of `zone`.

    They go over midnight where `end` is the earlier one.
    """

    start: time
    end: time
    zone: str = "UTC"

    @property
    def words(self) -> str:
        """'22:00 to 06:00 (Europe/Berlin)'."""
        return f"{self.start:%H:%M} to {self.end:%H:%M} ({self.zone})"

    def until(self, moment: datetime) -> datetime | None:
        """When the quiet hours that cover a moment end, on the clock of the zone; None where none do."""
        local = moment.astimezone(ZoneInfo(self.zone))
        clock = local.time()
        if self.start < self.end:
            covered, days = self.start <= clock < self.end, 0
        else:
            covered, days = clock >= self.start or clock < self.end, int(clock >= self.start)
        if not covered:
            return None
        end = datetime.combine(local.date() + timedelta(days=days), self.end, ZoneInfo(self.zone))
        return end.astimezone(moment.tzinfo)


@dataclass(frozen=True, slots=True)
class Budget:
    """At most so many firings in so many days."""

    firings: int
    days: float

    @property
    def words(self) -> str:
        """'at most 2 firings in 30 days'."""
        return f"at most {_counted(self.firings, 'firing')} in {self.days:g} days"

    def until(self, moment: datetime, fired: tuple[datetime, ...]) -> datetime | None:
        """When there is room for another firing; None where there is now. fired: earlier firings, in any order; those
        after the moment are of a clock that was set back since, and do not count."""
        spent = sorted(at for at in fired if at <= moment < at + timedelta(days=self.days))
        return None if len(spent) < self.firings else spent[-self.firings] + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Rule:
    """When to retrain and how.

    needs: any or all of the conditions, or at least so many. cooldown_days: rest after a firing. minimum_labels: mature
    labelled answers of the champion below which nothing fires. window: None takes that of the project's policy.
    """

    conditions: tuple[Condition, ...]
    needs: Needs | int = Needs.ANY
    cooldown_days: float = 30.0
    quiet: Quiet | None = None
    budget: Budget | None = None
    minimum_labels: int = 0
    window: Window | None = None
    space: Space = Space.RUN

    @property
    def needed(self) -> int:
        """How many conditions must hold."""
        if isinstance(self.needs, Needs):
            return 1 if self.needs is Needs.ANY else len(self.conditions)
        return self.needs

    @property
    def name(self) -> str:
        """What it watches, in short: 'size or decay'."""
        kinds = list(dict.fromkeys(condition.kind.value for condition in self.conditions))
        return (" and " if self.needed == len(self.conditions) else " or ").join(kinds)

    @property
    def words(self) -> str:
        """When it fires, in words."""
        said = [condition.words for condition in self.conditions]
        if self.needed == 1:
            return " or ".join(said)
        if self.needed == len(said):
            return " and ".join(said)
        return f"at least {self.needed} of these hold: {'; '.join(said)}"

    @property
    def sentence(self) -> str:
        """All of it in one or two sentences."""
        limits = [f"rests {self.cooldown_days:g} days after a firing"] if self.cooldown_days else []
        limits += [f"has a budget of {self.budget.words}"] if self.budget else []
        limits += [f"is quiet from {self.quiet.words}"] if self.quiet else []
        limits += [f"needs {_counted(self.minimum_labels, 'mature label')}"] if self.minimum_labels else []
        window = self.window.words if self.window else "what the policy says"
        does = f"It learns from {window} and tries {self.space.words}."
        held = f"It {', '.join(limits)}. " if limits else ""
        return f"Retrain when {self.words}. {held}{does}"


_LIMITS: Mapping[TriggerKind, tuple[float, float, str]] = {
    TriggerKind.SIZE: (1, 1e9, "a whole number of rows, at least 1"),
    TriggerKind.TIME: (1 / 24, 36500, "a number of days, from an hour (0.042) to 36,500"),
    TriggerKind.DECAY: (0.0001, 1e9, "a positive fall of the primary metric, such as 0.02"),
    TriggerKind.ESTIMATED: (0.0001, 1e9, "a positive fall of the metric, such as 0.02"),
    TriggerKind.DRIFT: (0.001, 1, "a score of drift, more than 0 and at most 1"),
    TriggerKind.COST: (1e-9, 1e15, "a positive amount, in the unit of the project's costs"),
}

MOST_CONDITIONS = 10


def checked_threshold(kind: TriggerKind, threshold: float | None) -> float:
    """The threshold, or Invalid with what this kind of condition takes."""
    low, high, takes = _LIMITS[kind]
    if threshold is None:
        raise Invalid(f"A {kind.value} trigger needs a threshold: {takes}.")
    in_range = low <= threshold <= high
    if not in_range or (kind is TriggerKind.SIZE and threshold != int(threshold)):
        raise Invalid(f"A {kind.value} trigger's threshold is {takes}; it got {threshold:g}.")
    return threshold


def checked_cooldown(days: float) -> float:
    """The cooldown in days, or Invalid."""
    if not 0 <= days <= 3650:
        raise Invalid(f"A cooldown is 0 to 3,650 days; it got {days:g}.")
    return days


def checked_rule(rule: Rule) -> Rule:
    """The rule, or Invalid with what is wrong; cron expressions and time zones are checked by the use case."""
    if not 1 <= len(rule.conditions) <= MOST_CONDITIONS:
        raise Invalid(f"A trigger has 1 to {MOST_CONDITIONS} conditions; it got {len(rule.conditions)}.")
    for condition in rule.conditions:
        _check_condition(condition)
    if len(set(rule.conditions)) < len(rule.conditions):
        raise Invalid("Two conditions of the trigger are the same: leave one of them out.")
    if not 1 <= rule.needed <= len(rule.conditions):
        raise Invalid(f"At least {rule.needed} of {len(rule.conditions)} conditions can never hold: ask for 1 to all.")
    checked_cooldown(rule.cooldown_days)
    if rule.quiet is not None and rule.quiet.start == rule.quiet.end:
        raise Invalid("Quiet hours that end where they begin would last all day or not at all: choose another end.")
    if rule.budget is not None and not (1 <= rule.budget.firings <= 10_000 and 0 < rule.budget.days <= 3650):
        raise Invalid("A budget is 1 to 10,000 firings in more than 0 and at most 3,650 days.")
    if not 0 <= rule.minimum_labels <= 10**9:
        raise Invalid(f"The least number of labels is 0 to 1,000,000,000; it got {rule.minimum_labels}.")
    _check_window(rule)
    return rule


def _check_condition(condition: Condition) -> None:
    kind = condition.kind
    if condition.cron is not None:
        if kind is not TriggerKind.TIME or condition.threshold is not None:
            raise Invalid("A cron expression stands alone in a time condition: leave out the threshold.")
    else:
        checked_threshold(kind, condition.threshold)
    if condition.metric is not None and condition.metric not in METRICS:
        raise Invalid(f"'{condition.metric}' is no metric; choose one of {', '.join(METRICS)}.")
    if condition.grain is Grain.HOUR:
        raise Invalid("Decay is judged by days, weeks or months: an hour has too few answers.")
    if condition.metric is not None and kind not in (TriggerKind.DECAY, TriggerKind.ESTIMATED):
        raise Invalid(f"A {kind.value} condition reads no metric: leave it out.")


def _check_window(rule: Rule) -> None:
    window = rule.window
    if window is None:
        return
    if (window.kind is WindowKind.LAST_DAYS) != (window.days is not None):
        raise Invalid("A window of the last days names how many; no other window does.")
    if window.days is not None and not 1 <= window.days <= 36_500:
        raise Invalid(f"A window has 1 to 36,500 days; it got {window.days}.")
    watches = (TriggerKind.DECAY, TriggerKind.ESTIMATED)
    if window.kind is WindowKind.SINCE_DECAY and not any(c.kind in watches for c in rule.conditions):
        raise Invalid("Only a trigger that watches decay knows when it began: add such a condition.")


def rule_to_json(rule: Rule) -> dict[str, Any]:
    """A rule as plain JSON."""
    quiet, budget, window = rule.quiet, rule.budget, rule.window
    return {
        "conditions": [
            {
                "kind": c.kind.value,
                "threshold": c.threshold,
                "cron": c.cron,
                "zone": c.zone,
                "metric": c.metric,
                "grain": c.grain.value,
            }
            for c in rule.conditions
        ],
        "needs": rule.needs if isinstance(rule.needs, int) else rule.needs.value,
        "cooldown_days": rule.cooldown_days,
        "quiet": quiet and {"from": f"{quiet.start:%H:%M}", "to": f"{quiet.end:%H:%M}", "zone": quiet.zone},
        "budget": budget and {"firings": budget.firings, "days": budget.days},
        "minimum_labels": rule.minimum_labels,
        "window": window and {"kind": window.kind.value, "days": window.days},
        "space": rule.space.value,
    }


def rule_from_json(value: Mapping[str, Any]) -> Rule:
    """The rule that `rule_to_json` wrote, or that a member sent; what is left out takes its default.

    Invalid: a word that is none of those there are, a number that is none, something left out that has no default.
    """
    try:
        return _rule_from_json(value)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise Invalid(f"The rule of a trigger cannot be read: {error}.") from error


def _rule_from_json(value: Mapping[str, Any]) -> Rule:
    quiet, budget, window = (value.get(name) for name in ("quiet", "budget", "window"))
    needs, days = value.get("needs", "any"), (window or {}).get("days")
    return Rule(
        conditions=tuple(_condition_from_json(condition) for condition in value["conditions"]),
        needs=needs if isinstance(needs, int) else Needs(needs),
        cooldown_days=float(value.get("cooldown_days", 30.0)),
        quiet=quiet and Quiet(clock_of(quiet["from"]), clock_of(quiet["to"]), _text(quiet.get("zone")) or "UTC"),
        budget=budget and Budget(int(budget["firings"]), float(budget["days"])),
        minimum_labels=index(value.get("minimum_labels") or 0),
        window=window and Window(WindowKind(window["kind"]), days if days is None else index(days)),
        space=Space(value.get("space") or Space.RUN),
    )


def _condition_from_json(value: Mapping[str, Any]) -> Condition:
    threshold = value.get("threshold")
    return Condition(
        kind=TriggerKind(value["kind"]),
        threshold=threshold if threshold is None else float(threshold),
        cron=_text(value.get("cron")),
        zone=_text(value.get("zone")) or "UTC",
        metric=_text(value.get("metric")),
        grain=Grain(value.get("grain") or Grain.MONTH),
    )


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise TypeError(f"{value!r} is no text")


def clock_of(text: str) -> time:
    """A time of day, or Invalid: '22:00'."""
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise Invalid(f"'{text}' is no time of day: write hours and minutes, such as 22:00.") from None


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
