"""Drift: inputs or predictions differ from what a model learnt from. Needs no labels."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mms.domain.decay import Grain
from mms.domain.errors import Invalid

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
    the reference does not hold; None where the kind has no such thing. mean: of numbers,
    or of texts' words. weight: its share of all importances, 0 to 1;
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
    mean: float | None
    mean_reference: float | None
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
    grain: Grain = Grain.WEEK

    def days(self, present: datetime) -> tuple[datetime, datetime]:
        """From the first whole day (UTC) up to before the second. Invalid where nothing lies between."""
        until = present if self.until is None else self.until
        end = Grain.DAY.start_of(until)
        end = end if end == until else end + timedelta(days=1)
        since = end - timedelta(days=30) if self.since is None else Grain.DAY.start_of(self.since)
        if since >= end:
            raise Invalid(
                f"The period from {since:%Y-%m-%d} to before {end:%Y-%m-%d} holds no day: let it begin before it ends."
            )
        return since, end


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
    grain: Grain
    n: int
    n_reference: int
    score: float
    features: tuple[FeatureDrift, ...]
    predictions: tuple[FeatureDrift, ...]
    left_out: tuple[str, ...] = ()
    waiting: int = 0
    why_not: str | None = None
    sentence: str = ""

    @property
    def judged(self) -> bool:
        """Whether there are rows enough to judge any feature."""
        return any(one.verdict is not Verdict.FEW for one in self.features)


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


def weights_of(importances: Mapping[str, float], columns: Sequence[str]) -> dict[str, float]:
    """Importances of a model's features as shares of its columns, 0 to 1; alike where nothing tells.

    A feature belongs to the column that its name is, or begins with: 'ward_north' to 'ward'; one made of several, such
    as 'age rain', to each of them in part.
    """
    found = dict.fromkeys(columns, 0.0)
    for name, weight in importances.items():
        owners = _owners(re.sub(r"^\d+__", "", name), columns)
        for owner in owners:
            found[owner] += abs(weight) / len(owners)
    total = sum(found.values())
    if not 0 < total < float("inf"):
        return dict.fromkeys(columns, 1 / len(columns)) if columns else {}
    return {name: weight / total for name, weight in found.items()}


def _owners(feature: str, columns: Sequence[str]) -> list[str]:
    begun = [name for name in columns if feature == name or feature.startswith(f"{name}_")]
    if begun:
        return [max(begun, key=len)]
    parts = {re.sub(r"\^\d+$", "", part) for part in feature.split(" ")}
    return [name for name in columns if name in parts]


def finding(one: FeatureDrift) -> str:
    """What happened to a feature, in one sentence."""
    name = one.label[:1].upper() + one.label[1:] if one.is_prediction else f"'{one.label}'"
    if not one.n:
        return f"{name}: no rows in this period."
    if one.verdict is Verdict.FEW:
        return f"{name}: {one.n:,} {'row' if one.n == 1 else 'rows'}, too few to judge (at least {FEWEST_ROWS})."
    psi, limit = one.psi.value, one.psi.limit or 0.0
    if one.verdict is Verdict.STABLE:
        stable = f"{name} is stable: PSI {psi:.2f}, within the {limit:.2f} that {one.n:,} rows allow."
        return f"{stable} {_what(one)}".strip()
    surely = f"PSI {psi:.2f}, over {limit:.2f}" if one.psi.over else "surely, by what it holds"
    return f"{name} drifted ({surely}). {_what(one) or _moved(one)}".strip()


def _what(one: FeatureDrift) -> str:
    """What is so plain that no distance need be told."""
    if one.missing == 1.0 or one.missing_reference == 1.0:
        if one.missing == one.missing_reference:
            return "It never has a value, neither then nor now."
        return (
            f"It has no value any more; the model learnt from {1 - one.missing_reference:.0%} that had one."
            if one.missing == 1.0
            else f"The model never saw a value of it; now {1 - one.missing:.0%} of the rows have one."
        )
    if one.unseen is not None and one.unseen - (one.unseen_reference or 0.0) > 0.02:
        held = "of its words are" if one.kind is FeatureKind.TEXTS else "of its values are"
        return (
            f"{one.unseen:.0%} {held} new to the model; without drift about {one.unseen_reference or 0:.0%} would be."
        )
    if one.missing - one.missing_reference > 0.02:
        return f"{one.missing:.0%} of its values are missing, {one.missing_reference:.0%} were."
    if max((b.reference for b in one.bins), default=0.0) == 1.0 and one.verdict is Verdict.STABLE:
        return "It is constant, then and now."
    return ""


def _moved(one: FeatureDrift) -> str:
    """Where it went: its mean, or the category or word that changed most."""
    sure = [token for token in one.tokens if token.sure]
    if sure:
        token = max(sure, key=lambda each: abs(each.current - each.reference))
        return f"'{token.token}' stands in {token.current:.0%} of the texts, and stood in {token.reference:.0%}."
    if one.kind is not FeatureKind.CATEGORIES and one.mean is not None and one.mean_reference is not None:
        words = "words a text" if one.kind is FeatureKind.TEXTS else "on average"
        return f"{one.mean:.4g} {words}, where it was {one.mean_reference:.4g}."
    if not one.bins:
        return ""
    most = max(one.bins, key=lambda each: abs(each.current - each.reference))
    return f"'{most.name}' is {most.current:.0%} of the rows, and was {most.reference:.0%}."


def summary(report: DriftReport) -> str:
    """What the report says, in one or two sentences."""
    if report.why_not is not None:
        return report.why_not
    if not report.n and report.waiting:
        return f"No answer of {report.model} in this period is counted yet."
    if not report.n:
        return f"{report.model} answered nothing in this period, so nothing can be compared."
    judged = [one for one in report.features if one.verdict is not Verdict.FEW]
    drifted = [one for one in judged if one.verdict is Verdict.DRIFTED]
    if report.features and not judged:
        return f"{report.n:,} {'row is' if report.n == 1 else 'rows are'} too few to judge: {FEWEST_ROWS} at least."
    said = [one.label for one in report.predictions if one.verdict is Verdict.DRIFTED]
    answers = f" So did its {' and '.join(said)}." if said and drifted else ""
    if not drifted:
        alone = f"; but its {' and '.join(said)} did" if said else ""
        if len(judged) == 1:
            return f"The one feature of {report.model} did not drift in {report.n:,} rows{alone}."
        return f"None of the {len(judged)} features of {report.model} drifted in {report.n:,} rows{alone}."
    names = ", ".join(f"'{one.label}'" for one in drifted[:3]) + (" ..." if len(drifted) > 3 else "")
    weights = {one.weight for one in report.features}  # all alike: nothing told what weighs
    heavy = "" if len(weights) == 1 < len(report.features) else f": {report.score:.0%} of what weighs in its answers"
    return f"{len(drifted)} of {len(judged)} features of {report.model} drifted ({names}){heavy}.{answers}"
