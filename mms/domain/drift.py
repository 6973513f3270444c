"""Drift: inputs or predictions differ from what a model learnt from. Needs no labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LABEL, PROBABILITY, VALUE = "\tlabel", "\tprobability", "\tvalue"
"""What stands for the predictions among the features; no column bears such a name, as those are printable."""

_PREDICTIONS = {LABEL: "predicted label", PROBABILITY: "predicted probability", VALUE: "predicted value"}

FEWEST_ROWS = 30
"""A period with fewer rows is shown and not judged."""


class FeatureKind(StrEnum):
    """How the values of a feature are compared."""

    NUMBERS = "numbers"
    CATEGORIES = "categories"
    TEXTS = "texts"


class Verdict(StrEnum):
    """What the distances of a feature say."""

    DRIFTED = "drifted"
    STABLE = "stable"
    FEW = "too few rows"


@dataclass(frozen=True, slots=True)
class Distance:
    """One measure of how far a period lies from the reference.

    limit: what chance alone hardly passes with so many rows; None where the measure is shown without one.
    expected: about its mean without any drift.
    """

    name: str
    value: float
    limit: float | None = None
    expected: float | None = None

    @property
    def over(self) -> bool:
        """Whether it says that there is drift."""
        return self.limit is not None and self.value > self.limit


@dataclass(frozen=True, slots=True)
class DriftPoint:
    """One period of one feature. share: PSI over its limit is above 1."""

    start: datetime
    n: int
    psi: float
    limit: float

    @property
    def share(self) -> float:
        """The PSI as a share of its limit."""
        return self.psi / self.limit


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of two distributions: shares of the reference's and of the period's rows, 0 to 1."""

    name: str
    reference: float
    current: float


@dataclass(frozen=True, slots=True)
class TokenChange:
    """A word or emoji that more, or fewer, of the texts hold. reference, current: shares of texts, 0 to 1."""

    token: str
    reference: float
    current: float
    sure: bool


@dataclass(frozen=True, slots=True)
class FeatureDrift:
    """One feature, or what stands for the predictions, in a period against the reference.

    n, n_reference: rows. missing, unseen: shares of rows (of texts: of their words) without a value, or with one that
    the reference does not hold; None where the kind has no such thing. weight: its share of all importances, 0 to 1;
    None of predictions. correlation: of its drift with the fall of the score over the periods, -1 to 1.
    """

    name: str
    kind: FeatureKind
    n: int
    n_reference: int
    verdict: Verdict
    distances: tuple[Distance, ...]
    missing: float
    missing_reference: float
    unseen: float | None
    unseen_reference: float | None
    bins: tuple[Bin, ...]
    tokens: tuple[TokenChange, ...] = ()
    points: tuple[DriftPoint, ...] = ()
    weight: float | None = None
    correlation: float | None = None
    sentence: str = ""

    @property
    def label(self) -> str:
        """Its name for people."""
        return _PREDICTIONS.get(self.name, self.name)

    @property
    def is_prediction(self) -> bool:
        """Whether it is about what the model said, and not about what it was asked."""
        return self.name in _PREDICTIONS

    @property
    def psi(self) -> Distance:
        """The distance by which the verdict is given: the population stability index."""
        return self.distances[0]


@dataclass(frozen=True, slots=True)
class DriftView:
    """What is compared: rows predicted from `since` to before `until`; over time by day, week or month.

    None takes the 30 days before the project's present.
    """

    since: datetime | None = None
    until: datetime | None = None
    grain: str = "week"


@dataclass(frozen=True, slots=True)
class DriftReport:
    """Drift of one model in one period.

    features: by weight and drift, those that drifted first. predictions: label, probability or value. score: share of
    the importances that lies on features that drifted, 0 to 1. waiting: predictions not counted yet. why_not: why
    nothing can be compared.
    """

    model_id: int
    model: str
    since: datetime
    until: datetime
    grain: str
    n: int
    n_reference: int
    score: float
    features: tuple[FeatureDrift, ...]
    predictions: tuple[FeatureDrift, ...]
    left_out: tuple[str, ...] = ()
    waiting: int = 0
    why_not: str | None = None
    sentence: str = ""


def overall(features: Sequence[FeatureDrift]) -> float:
    """The share of the importances that lies on features that drifted, 0 to 1."""
    total = sum(one.weight or 0.0 for one in features)
    drifted = sum(one.weight or 0.0 for one in features if one.verdict is Verdict.DRIFTED)
    return min(1.0, drifted / total) if total else 0.0


def ranked(features: Sequence[FeatureDrift], by: str = "importance") -> list[FeatureDrift]:
    """By "importance": weight times drift, those that drifted first. By "decay": correlation with the fall."""
    if by == "decay":
        return sorted(features, key=lambda one: -(one.correlation if one.correlation is not None else -2.0))

    def key(one: FeatureDrift) -> tuple[bool, float, str]:
        drift = one.psi.value / (one.psi.limit or 1.0)
        return one.verdict is not Verdict.DRIFTED, -(one.weight or 0.0) * drift, one.name

    return sorted(features, key=key)
