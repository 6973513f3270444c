"""Decay: a score that falls, surely, against the score on the newest rows."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import hypot
from statistics import NormalDist

from mms.domain.buckets import Estimate
from mms.domain.scores import METRICS

MATURE_COVERAGE = 0.95
"""A period is judged only when this share of its predictions has its label."""

MINIMUM_LABELS = 100
"""... and when it has at least this many labels."""


EFFECT = 0.02
"""By how much a score must fall to count, where no trigger says otherwise (natural units)."""


SURE = 0.05
"""The rate of false discoveries among the segments that are said to have fallen."""


class Grain(StrEnum):
    """How long a period is: calendar hours, days, weeks (from Monday) and months, UTC."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def start_of(self, moment: datetime) -> datetime:
        """The first instant of the period that holds a moment."""
        at = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        if self is Grain.HOUR:
            return at
        day = at.replace(hour=0)
        if self is Grain.WEEK:
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self is Grain.MONTH else day

    def next_of(self, start: datetime) -> datetime:
        """The first instant of the period after the one that begins at `start`; of the calendar's last, its end."""
        try:
            return month_of(start + timedelta(days=31)) if self is Grain.MONTH else start + _STEPS[self]
        except OverflowError:
            return datetime.max.replace(tzinfo=UTC)

    def words(self, start: datetime) -> str:
        """A period in words: 'May 2026', 'the week of 4 May 2026', '4 May 2026', '4 May 2026, 13:00'."""
        month = f"{start:%B %Y}"
        if self is Grain.MONTH:
            return month
        day = f"{start.day} {month}"
        if self is Grain.HOUR:
            return f"{day}, {start:%H:%M}"
        return day if self is Grain.DAY else f"the week of {day}"

    @property
    def coarser(self) -> "Grain | None":
        """The next longer one."""
        grains = list(Grain)
        return grains[grains.index(self) + 1] if self is not Grain.MONTH else None


_STEPS = {Grain.HOUR: timedelta(hours=1), Grain.DAY: timedelta(days=1), Grain.WEEK: timedelta(days=7)}


@dataclass(frozen=True, slots=True)
class Delay:
    """How long labels took, in hours: the median, and by when 9 of 10 of those known were in."""

    median: float
    most: float


@dataclass(frozen=True, slots=True)
class DecayPoint:
    """One period of one model. estimate is None without labels; natural units. over: the period lies in the past.

    arrived: share of each class's labels that have come by now, by how long labels of older periods took; the least
    of the classes, 1 where no older period tells. delay: None where no label says when it became known.
    """

    period: datetime
    model_id: int
    estimate: Estimate | None
    n: int
    labelled: int
    over: bool = True
    arrived: float = 1.0
    delay: Delay | None = None
    grain: Grain = Grain.MONTH

    @property
    def coverage(self) -> float:
        """Share of predictions whose truth is known, 0 to 1."""
        return self.labelled / self.n if self.n else 0.0

    @property
    def mature(self) -> bool:
        """Whether the point may be judged: the period is over and enough of its labels, of every class, are in."""
        return not self.immature_because

    @property
    def immature_because(self) -> str:
        """Why the point may not be judged yet, as a clause; empty where it may."""
        if not self.over:
            return "the period is not over"
        if self.labelled < MINIMUM_LABELS:
            return f"fewer than {MINIMUM_LABELS} labels"
        if self.coverage < MATURE_COVERAGE:
            return f"under {MATURE_COVERAGE:.0%} of its labels are known"
        if self.labelled < self.n and self.arrived < MATURE_COVERAGE:
            return f"by how long labels take, {self.arrived:.0%} of those of one class have come"
        return ""

    def to_json(self) -> dict[str, object]:
        """Its fields, with what follows from them."""
        own: dict[str, object] = {field.name: getattr(self, field.name) for field in fields(self)}
        return own | {"coverage": self.coverage, "mature": self.mature}

    @property
    def words(self) -> str:
        """The period in words."""
        return self.grain.words(self.period)


@dataclass(frozen=True, slots=True)
class Decay:
    """What the points say. since: first period of the unbroken fall that lasts to the newest judged point."""

    decaying: bool
    since: datetime | None
    newest: DecayPoint | None
    reference: float | None
    sentence: str


def month_of(moment: datetime) -> datetime:
    """The first instant of the calendar month (UTC)."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(month: datetime) -> datetime:
    """The first instant of the month after the one that begins at `month`."""
    return month_of(month + timedelta(days=31))


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

    A mature point is bad when it is surely worse than the reference (`change_of`) and by more than `effect`. Decay
    needs `needed` bad points among the last `window` mature ones, the newest among them: one bad month is an alarm of
    noise.
    """
    label = METRICS[metric].label
    if reference is None:
        return Decay(False, None, points[-1] if points else None, None, f"{label} has no newest rows to compare with.")
    judged = [(p, change_of(p.estimate, reference, metric)) for p in points if p.mature and p.estimate]
    if not judged:
        return Decay(False, None, None, reference.value, f"Too few labels yet to judge {label}.")
    bad = [change.surely_worse and change.worse_by > effect for _, change in judged]
    newest = judged[-1][0]
    assert newest.estimate is not None
    change = f"{label} {reference.value:.3f} → {newest.estimate.value:.3f}"
    if not (bad[-1] and sum(bad[-window:]) >= needed):
        return Decay(False, None, newest, reference.value, f"{change}: no sure fall.")
    first = len(bad) - 1
    while first > 0 and bad[first - 1]:
        first -= 1
    since = judged[first][0]
    return Decay(True, since.period, newest, reference.value, f"{change}, surely, since {since.words}.")


@dataclass(frozen=True, slots=True)
class Change:
    """How much worse one estimate is than another, natural units. doubt: how far its 95 % band reaches to better, None
    where the newer estimate has no band."""

    worse_by: float
    doubt: float | None

    @property
    def surely_worse(self) -> bool:
        """Whether the 95 % band of the difference lies on the worse side."""
        return self.doubt is not None and self.worse_by > self.doubt

    @property
    def chance(self) -> float:
        """The one-sided p of a change as large as this when there is none."""
        if self.doubt is None:
            return 1.0
        if self.doubt == 0:
            return 0.0 if self.worse_by > 0 else 1.0
        return 1 - NormalDist().cdf(self.worse_by / self.doubt * NormalDist().inv_cdf(0.975))


def change_of(now: Estimate, before: Estimate, metric: str) -> Change:
    """The difference of two estimates; its band joins theirs by squares (Newcombe 1998), so two proportions with
    Wilson bands are compared by his hybrid score, the band of the two-proportion z.

    Of a newer estimate without a band nothing is sure (R² of a day); an older one counts as a line that was drawn.
    """
    if now.low is None or now.high is None:
        sign = 1 if METRICS[metric].greater_is_better else -1
        return Change(sign * (before.value - now.value), None)
    if METRICS[metric].greater_is_better:
        return Change(before.value - now.value, hypot(before.value - _low(before), now.high - now.value))
    return Change(now.value - before.value, hypot(_high(before) - before.value, now.value - now.low))


def discoveries(chances: Sequence[float], rate: float = SURE) -> list[bool]:
    """Which of many p are discoveries when so large a share of those may be false (Benjamini and Hochberg 1995)."""
    ranked = sorted(chances)
    limit = max((p for i, p in enumerate(ranked, 1) if p <= rate * i / len(ranked)), default=-1.0)
    return [p <= limit for p in chances]


def _low(estimate: Estimate) -> float:
    return estimate.value if estimate.low is None else estimate.low


def _high(estimate: Estimate) -> float:
    return estimate.value if estimate.high is None else estimate.high
