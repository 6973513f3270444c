"""Decay: a score that falls, surely, against the score on the newest rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mms.domain.buckets import WATCHED, Estimate, Sums, metric_of
from mms.domain.projects import Task
from mms.domain.scores import DEFAULT_METRIC, METRICS

MATURE_COVERAGE = 0.95
"""A period is judged only when this share of its predictions has its label."""

MINIMUM_LABELS = 100
"""... and when it has at least this many labels."""


EFFECT = 0.02
"""By how much a score must fall to count, where no trigger says otherwise (natural units)."""


@dataclass(frozen=True, slots=True)
class DecayPoint:
    """One period of one model. estimate is None without labels; natural units. over: the period lies in the past."""

    period: datetime
    model_id: int
    estimate: Estimate | None
    n: int
    labelled: int
    over: bool = True

    @property
    def coverage(self) -> float:
        """Share of predictions whose truth is known, 0 to 1."""
        return self.labelled / self.n if self.n else 0.0

    @property
    def mature(self) -> bool:
        """Whether the point may be judged: the period is over and enough of its labels are in."""
        return self.over and self.coverage >= MATURE_COVERAGE and self.labelled >= MINIMUM_LABELS


@dataclass(frozen=True, slots=True)
class Decay:
    """What the points say. since: first period of the unbroken fall that lasts to the newest judged point."""

    decaying: bool
    since: datetime | None
    newest: DecayPoint | None
    reference: float | None
    sentence: str


def watched_metric(primary: str, task: Task) -> str:
    """The metric by which decay is judged: the primary one where buckets determine it, else the task's default."""
    return primary if primary in WATCHED else DEFAULT_METRIC[task]


def month_of(moment: datetime) -> datetime:
    """The first instant of the calendar month (UTC)."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(month: datetime) -> datetime:
    """The first instant of the month after the one that begins at `month`."""
    return month_of(month + timedelta(days=31))


def point_of(
    month: datetime, model_id: int, sums: Sums, metric: str, positive: str | None, now: datetime
) -> DecayPoint:
    """The decay point of one calendar month's sums, as of `now`."""
    over = next_month(month) <= now
    return DecayPoint(month, model_id, metric_of(sums, metric, positive), sums.n, sums.labelled, over)


def judge_decay(
    points: Sequence[DecayPoint],
    reference: Estimate | None,
    metric: str,
    *,
    effect: float = EFFECT,
    window: int = 3,
    needed: int = 2,
) -> Decay:
    """Decide whether one model decays; points in time order, natural units.

    A mature point is bad when it is worse than the reference by more than `effect` and the bands of both do not
    overlap (no band counts as overlap of zero width). Decay needs `needed` bad points among the last `window` mature
    ones, the newest among them: one bad month is an alarm of noise.
    """
    label = METRICS[metric].label
    if reference is None:
        return Decay(False, None, points[-1] if points else None, None, f"{label} has no newest rows to compare with.")
    judged = [p for p in points if p.mature and p.estimate]
    if not judged:
        return Decay(False, None, None, reference.value, f"Too few labels yet to judge {label}.")
    bad = [_is_bad(p.estimate, reference, metric, effect) for p in judged if p.estimate]
    newest = judged[-1]
    assert newest.estimate is not None
    change = f"{label} {reference.value:.3f} → {newest.estimate.value:.3f}"
    if not (bad[-1] and sum(bad[-window:]) >= needed):
        return Decay(False, None, newest, reference.value, f"{change}: no sure fall.")
    first = len(bad) - 1
    while first > 0 and bad[first - 1]:
        first -= 1
    since = judged[first].period
    return Decay(True, since, newest, reference.value, f"{change}, surely, since {since:%B %Y}.")


def _is_bad(estimate: Estimate, reference: Estimate, metric: str, effect: float) -> bool:
    if METRICS[metric].greater_is_better:
        apart = _high(estimate) < _low(reference)
        return apart and reference.value - estimate.value > effect
    apart = _low(estimate) > _high(reference)
    return apart and estimate.value - reference.value > effect


def _low(estimate: Estimate) -> float:
    return estimate.value if estimate.low is None else estimate.low


def _high(estimate: Estimate) -> float:
    return estimate.value if estimate.high is None else estimate.high
