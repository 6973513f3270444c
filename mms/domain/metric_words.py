"""Metrics that explain themselves: 'of 100 flights that were flagged, 41 were late'."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp

_YES = frozenset({"1", "true", "t", "yes", "y"})


@dataclass(frozen=True, slots=True)
class Cases:
    """What is predicted, in words. noun: plural ('flights'); truth: what a positive one is ('late'); target: column."""

    noun: str
    truth: str
    target: str


def cases_of(table: str | None, target: str | None, positive: str | None) -> Cases:
    """Words from the names a project has: base table, target column, positive class."""
    noun = table if table and table.isalpha() and table.endswith("s") else "rows"
    column = (target or "the target").replace("_", " ")
    truth = column if positive is None or positive.lower() in _YES else positive
    return Cases(noun, truth, column)


def explained(metric: str, value: float, cases: Cases, before: float | None = None) -> str:
    """One value of a metric (natural units) as a count of cases, or as an error in units of the target.

    before: the value at promotion, told beside it.
    """
    if metric not in _WORDS:
        return ""
    words, number = _WORDS[metric]
    if metric == "r2" and value < 0:
        return f"always answering the mean {cases.target} would be better"
    told = words.format(number(value), noun=cases.noun, truth=cases.truth, target=cases.target)
    return told if before is None else f"{told} (at promotion {number(before)})"


def explaining(metric: str) -> tuple[str, ...]:
    """The metrics whose words explain this one: F1 is best told by its two halves."""
    return ("precision", "recall") if metric == "f1" else (metric,)


def hundredth(share: float) -> str:
    """A share as how many of 100; what is not all and not none is never told so."""
    percent = 100 * share
    if 0 < percent < 0.5:
        return "fewer than 1"
    if 99.5 <= percent < 100:
        return "more than 99"
    return f"{percent:.0f}"


def _both(f1: float) -> str:
    """F1 = 2q/(1 + q) of the share q of cases that are both among those that are either, so q = F1/(2 - F1)."""
    return hundredth(f1 / (2 - f1))


def _typical(log_loss: float) -> str:
    return hundredth(exp(-log_loss))


def _units(error: float) -> str:
    return f"{error:.4g}"


_WORDS: Mapping[str, tuple[str, Callable[[float], str]]] = {
    "precision": ("of 100 {noun} that were flagged, {} were {truth}", hundredth),
    "recall": ("of 100 {noun} that were {truth}, {} were flagged", hundredth),
    "f1": ("of 100 {noun} that were {truth} or flagged, {} were both", _both),
    "roc_auc": ("of 100 pairs of {noun}, one {truth} and one not, {} were ranked rightly", hundredth),
    "average_precision": ("of 100 {noun} that were flagged, {} were {truth}, averaged over all thresholds", hundredth),
    "accuracy": ("of 100 {noun}, {} were answered rightly", hundredth),
    "balanced_accuracy": ("of 100 {noun} of a class, {} were found, averaged over classes", hundredth),
    "recall_macro": ("of 100 {noun} of a class, {} were found, averaged over classes", hundredth),
    "precision_macro": ("of 100 {noun} given a class, {} were of it, averaged over classes", hundredth),
    "f1_macro": ("of 100 {noun} that were of a class or given it, about {} were both", _both),
    "log_loss": ("what came true had been given a probability of {} %, typically", _typical),
    "rmse": ("answers are off by {}, large errors counted more, in units of {target}", _units),
    "mae": ("answers are off by {} on average, in units of {target}", _units),
    "r2": ("{} % of what makes {target} vary is explained", hundredth),
}
"""Metric -> words with a place for the number, and how its value becomes that number."""
