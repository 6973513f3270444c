"""Worth: whether a better score is worth what its predictions cost."""

from enum import Enum

from mms.domain.comparison import SURE, Comparison, Contender, PairedTest, evidence

NOISE = 0.012
"""Seconds over the 12 folds: below 1 ms a fold a clock measures the call, not the model."""

SLOWER = 2.0
"""Times as slow from which on it counts: less is gone with the next machine."""


class Worth(Enum):
    """What the predictions' cost says about taking the better one of two."""

    SAME_COST = "same cost"
    """As quick as the other, or nearly."""
    CHEAPER = "cheaper"
    """Quicker, too."""
    PAID_FOR = "paid for"
    """Slower, and surely better."""
    NOT_WORTH = "not worth it"
    """Slower, and nobody knows whether it is better."""


def worth_of(better: float, slowdown: float) -> Worth:
    """Whether to pay for the one with the better mean.

    better: the chance that it is better by more than what counts. slowdown: its seconds a row over the other's. A gain
    that is not sure is worth no slower predictions: of models that are equally good the quicker one is taken.
    """
    if slowdown <= 1 / SLOWER:
        return Worth.CHEAPER
    if slowdown < SLOWER:
        return Worth.SAME_COST
    return Worth.PAID_FOR if better >= SURE else Worth.NOT_WORTH


def slowdown_of(one: Contender, other: Contender) -> float:
    """How many times as long the first takes to predict the same rows; 1 where both are too quick to tell."""
    return max(one.predict_seconds, NOISE) / max(other.predict_seconds, NOISE)


def worth_words(test: PairedTest, one: Contender, other: Contender) -> str:
    """What to make of the cost, a clause behind the chances. one: the better mean, `test` is of it against `other`."""
    slowdown = slowdown_of(one, other)
    times, row = times_words(max(slowdown, 1 / slowdown)), one.row_seconds or 0.0
    match worth_of(test.better, slowdown):
        case Worth.SAME_COST:
            return "their predictions cost the same"
        case Worth.CHEAPER:
            return f"and it predicts {times} faster"
        case Worth.PAID_FOR:
            return f"worth its {times} slower predictions where {row_words(row)} is quick enough"
        case Worth.NOT_WORTH:
            return f"not worth its {times} slower predictions"


def verdict(comparison: Comparison) -> str:
    """The chances behind the best of them, and whether it is worth its cost against the runner-up."""
    first, by_id = comparison.pairs[0], {c.model.id: c for c in comparison.models}
    return evidence(comparison, worth_words(first.test, by_id[first.model_id], by_id[first.other_id]))


def times_words(times: float) -> str:
    """'2.4x', '9x'."""
    return f"{times:.1f}x" if times < 3 else f"{times:,.0f}x"


def row_words(seconds: float) -> str:
    """Seconds a row: '41 µs a row', '1.2 ms a row'."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= 0.995 * size:
            return f"{seconds / size:.2g} {unit} a row"
    return "less than 1 µs a row"
