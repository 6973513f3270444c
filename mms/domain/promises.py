"""What a model's answers promised, beside what came true: a gap beyond the band is the sign of concept drift."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mms.domain.buckets import Estimate
from mms.domain.decay import DecayPoint, Grain
from mms.domain.scores import METRICS

ASSUMPTIONS = (
    "Estimated without labels: it assumes that answers mean what they meant in validation (no concept drift), and that "
    "no rows come of a kind never seen."
)
"""Printed wherever an estimate is drawn."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One mature period: the realised metric of its labelled rows, and what was promised of the same rows."""

    period: datetime
    realised: float
    promised: Estimate

    @property
    def amount(self) -> float:
        """Realised less promised, natural units."""
        return self.realised - self.promised.value

    def is_worse(self, metric: str) -> bool:
        """Whether the realised metric lies on the worse side of the promised band."""
        low, high = self.promised.low, self.promised.high
        if low is None or high is None:
            return False
        return self.realised < low if METRICS[metric].greater_is_better else self.realised > high


@dataclass(frozen=True, slots=True)
class Promises:
    """points: the metric as estimated without labels; gaps: of mature periods, in time order."""

    metric: str
    grain: Grain
    points: tuple[DecayPoint, ...]
    gaps: tuple[Gap, ...]

    @property
    def sentence(self) -> str:
        """What the gaps say of concept drift."""
        return gap_words(self.metric, self.grain, self.gaps)


def gap_words(metric: str, grain: Grain, gaps: Sequence[Gap], window: int = 3, needed: int = 2) -> str:
    """Concept drift is told when `needed` of the last `window` gaps are worse than promised, the newest among them."""
    label = METRICS[metric].label
    if not gaps:
        return f"No {grain.value} has its labels yet, to hold {label} against what was promised."
    newest, worse = gaps[-1], [gap.is_worse(metric) for gap in gaps]
    change = (
        f"{label} {newest.realised:.3f} against {newest.promised.value:.3f} promised in {grain.words(newest.period)}"
    )
    if worse[-1] and sum(worse[-window:]) >= needed:
        return f"{change}: beyond the band in {sum(worse[-window:])} of the last {len(worse[-window:])}, concept drift."
    return f"{change}: no sign of concept drift."
