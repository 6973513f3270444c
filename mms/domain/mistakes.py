"""Mistakes: what wrong answers cost, in the project's costs where it has any, else in counts."""

from dataclasses import dataclass
from datetime import datetime

from mms.domain.buckets import Sums
from mms.domain.projects import Policy, Task


@dataclass(frozen=True, slots=True)
class Mistakes:
    """Wrong answers among labelled ones. off: sum of absolute errors of a regression, in units of the target."""

    labelled: int
    false_alarms: int = 0
    misses: int = 0
    wrong: int = 0
    off: float = 0.0

    def cost(self, policy: Policy) -> float:
        """False alarms and misses in the project's unit."""
        return self.false_alarms * policy.false_alarm_cost + self.misses * policy.miss_cost

    def amount(self, task: Task, policy: Policy) -> float:
        """What they cost: by the project's costs, in wrong answers (multiclass), in absolute errors (regression)."""
        if task is Task.BINARY:
            return self.cost(policy)
        return float(self.wrong) if task is Task.MULTICLASS else self.off


def excess(now: Mistakes, before: Mistakes, task: Task, policy: Policy) -> float | None:
    """What wrong answers cost more than so many would have at the rates of `before`; negative where they cost less.

    Both by `amount`; None where one of the two has no labelled answer.
    """
    if not (now.labelled and before.labelled):
        return None
    return now.amount(task, policy) - before.amount(task, policy) * now.labelled / before.labelled


def mistakes_of(sums: Sums, positive: str | None) -> Mistakes:
    """What the sums of a period count as wrong. positive: of a binary project."""
    wrong = sum(count for (truth, label), count in sums.cells.items() if truth != label)
    if positive is None:
        return Mistakes(sums.labelled, wrong=wrong, off=sums.absolute)
    false_alarms = sum(count for (truth, label), count in sums.cells.items() if label == positive != truth)
    misses = sum(count for (truth, label), count in sums.cells.items() if truth == positive != label)
    return Mistakes(sums.labelled, false_alarms, misses, wrong)


@dataclass(frozen=True, slots=True)
class Period:
    """The calendar months (their first instants, UTC) that are shown together."""

    first: datetime
    last: datetime

    @property
    def words(self) -> str:
        """'September 2013' or 'July to September 2013'."""
        if self.first == self.last:
            return f"{self.last:%B %Y}"
        year = "" if self.first.year == self.last.year else f" {self.first.year}"
        return f"{self.first:%B}{year} to {self.last:%B %Y}"


def cost_words(now: Mistakes, before: Mistakes | None, period: Period, task: Task, policy: Policy) -> str:
    """What the period's wrong answers cost, and what they would have at the rates of the promotion.

    before: on the champion's newest rows; None where it has none. Costs of 1 and 1 say nothing, so counts are told.
    """
    if not now.labelled:
        return ""
    scale = now.labelled / before.labelled if before is not None and before.labelled else None
    if task is Task.REGRESSION:
        once = f"; as at promotion it would be {before.off * scale:,.0f}" if before and scale else ""
        return f"In {period.words} {_answers(now.labelled)} were off by {now.off:,.0f} in total{once}."
    if task is Task.MULTICLASS:
        once = f"; as at promotion it would be {before.wrong * scale:,.0f}" if before and scale else ""
        return f"In {period.words} {now.wrong:,} of {_answers(now.labelled)} were wrong{once}."
    counts = f"{_counted(now.false_alarms, 'false alarm')} and {_counted(now.misses, 'miss', 'misses')}"
    if (policy.false_alarm_cost, policy.miss_cost) == (1.0, 1.0):
        once = (
            f"; as at promotion it would be {before.false_alarms * scale:,.0f} and {before.misses * scale:,.0f}"
            if before and scale else ""
        )  # fmt: skip
        return f"{counts} in {period.words}, among {_answers(now.labelled)}{once}."
    once = f"; as at promotion it would be {before.cost(policy) * scale:,.0f}" if before and scale else ""
    each = f"{policy.false_alarm_cost:g} a false alarm, {policy.miss_cost:g} a miss"
    return f"{counts} in {period.words} cost {now.cost(policy):,.0f} ({each}){once}."


def _counted(count: int, noun: str, plural: str | None = None) -> str:
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def _answers(count: int) -> str:
    return _counted(count, "answer")
