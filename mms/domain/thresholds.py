"""Decision thresholds: what they flag, what their errors cost, and which one costs least."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose

from mms.domain.errors import Invalid
from mms.domain.projects import Policy


@dataclass(frozen=True, slots=True)
class Costs:
    """What one error costs, in any one unit. miss: of a case that was not flagged."""

    false_alarm: float = 1.0
    miss: float = 1.0

    @staticmethod
    def of(policy: Policy) -> "Costs":
        """The costs a project sets."""
        return Costs(policy.false_alarm_cost, policy.miss_cost)


@dataclass(frozen=True, slots=True)
class Flags:
    """What flagging at or above a threshold gives."""

    threshold: float
    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int

    @property
    def rows(self) -> int:
        """All rows."""
        return self.true_positives + self.false_positives + self.false_negatives + self.true_negatives

    @property
    def flagged(self) -> int:
        """Rows at or above the threshold."""
        return self.true_positives + self.false_positives

    @property
    def precision(self) -> float | None:
        """Of the flagged rows, the share that truly is positive; None where nothing is flagged."""
        return _share(self.true_positives, self.flagged)

    @property
    def recall(self) -> float | None:
        """Of the positive rows, the share that is flagged; None where none is positive."""
        return _share(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; None without positive or flagged rows."""
        return _share(2 * self.true_positives, 2 * self.true_positives + self.false_positives + self.false_negatives)

    @property
    def queue_rate(self) -> float | None:
        """Share of all rows that is flagged: what somebody must look at."""
        return _share(self.flagged, self.rows)

    @property
    def accuracy(self) -> float | None:
        """Share of rows that is rightly flagged, or rightly not."""
        return _share(self.true_positives + self.true_negatives, self.rows)

    def cost(self, costs: Costs) -> float:
        """What the errors cost together."""
        return self.false_positives * costs.false_alarm + self.false_negatives * costs.miss


def at_threshold(flags: Sequence[Flags], threshold: float) -> Flags:
    """What the nearest of these thresholds flags."""
    return min(flags, key=lambda one: abs(one.threshold - threshold))


def cheapest(flags: Sequence[Flags], costs: Costs) -> Flags:
    """The threshold whose errors cost least; of equally cheap ones the middle one, from which either way is far."""
    if not flags:
        raise Invalid("There is no threshold to choose from: the model has no out-of-fold rows.")
    return flags[_least([one.cost(costs) for one in flags])]


def expected_cost(folds: Mapping[int, Sequence[Flags]], costs: Costs) -> float | None:
    """What the errors of all folds cost when each fold's threshold is the cheapest one on the other folds' rows.

    The cheapest threshold was chosen on the rows that its own cost is counted on, which flatters it; this does not.
    None with fewer than two folds. folds: the same thresholds, in the same order, for each.
    """
    if len(folds) < 2:
        return None
    totals = [sum(one.cost(costs) for one in same) for same in zip(*folds.values(), strict=True)]
    cost = 0.0
    for flags in folds.values():
        others = [total - one.cost(costs) for total, one in zip(totals, flags, strict=True)]
        cost += flags[_least(others)].cost(costs)
    return cost


def cost_alike(one: float, other: float) -> bool:
    """Whether two costs are equal but for the rounding of their sums: 3 x 0.1 and 0.3 are."""
    return isclose(one, other, rel_tol=1e-12)


def _least(costs: Sequence[float]) -> int:
    """Where the least of them lies, of equal ones the middle one."""
    least = min(costs)
    equal = [i for i, cost in enumerate(costs) if cost_alike(cost, least)]
    return equal[len(equal) // 2]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
