"""Back-tests: what each period's model lost in each later period, and what other policies would have made of it.

A model is fitted once at each period's end. Its sums over every later period are kept by when the labels became known,
so that replaying a policy takes additions only, and sees no label before its time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from math import prod

import numpy as np

from mms.domain.backtests import COST, BacktestDraft, Chance, PeriodKind
from mms.domain.projects import Policy as ProjectPolicy
from mms.monitoring.bands import of_mean
from mms.monitoring.metrics import Estimates, confusion, metric_series, parts_of
from mms.monitoring.sums import MOMENTS, Layout, Series

PARTS = ("cells", "scores", "delays", "moments")
"""What is kept of a cell of the matrix."""

_WEEK = np.timedelta64(7, "D")


@dataclass(frozen=True, slots=True)
class Cut:
    """The past in P periods. edges: (P + 1,) datetime64[us], UTC; period k is [edges[k], edges[k + 1]).

    period: (n,) of each row. known: (n,) the period by whose end its label was known, P where by no one's.
    lead: so many periods are learnt from before the first is answered.
    """

    edges: np.ndarray
    period: np.ndarray
    known: np.ndarray
    lead: int

    def __len__(self) -> int:
        return len(self.edges) - 1

    @property
    def fits(self) -> range:
        """At which periods' ends models are fitted: one before the first that answers gives it its reference."""
        return range(self.lead - 2, len(self) - 1)


def cut(draft: BacktestDraft, time: np.ndarray, label_time: np.ndarray | None) -> Cut:
    """Periods of rows. time, label_time: (n,) datetime64[us], UTC; a label without a time was known at once."""
    edges = _edges(draft, time)
    period = np.clip(np.searchsorted(edges, time, side="right") - 1, 0, len(edges) - 2)
    known = period
    if label_time is not None:
        at = np.where(np.isnat(label_time), time, label_time)
        known = np.maximum(period, np.searchsorted(edges, at, side="left") - 1)
    return Cut(edges, period, np.minimum(known, len(edges) - 1), _lead(draft, edges))


def _edges(draft: BacktestDraft, time: np.ndarray) -> np.ndarray:
    first, last = time.min(), time.max()
    end = last + np.timedelta64(1, "us")
    if draft.period is PeriodKind.ROWS:
        return np.append(np.unique(np.sort(time)[:: draft.rows]), end)
    if draft.period is PeriodKind.MONTH:
        months = np.arange(first.astype("datetime64[M]"), last.astype("datetime64[M]") + 2)
        return np.asarray(months, "datetime64[us]")
    day = first.astype("datetime64[D]").astype("datetime64[us]")
    weeks: np.ndarray = np.arange(day, end + _WEEK, _WEEK)
    return weeks


def _lead(draft: BacktestDraft, edges: np.ndarray) -> int:
    periods = len(edges) - 1
    if draft.lead is not None:
        return draft.lead
    if draft.window_days is None:
        return max(2, periods // 8)
    filled = edges[0] + np.timedelta64(draft.window_days, "D")
    return max(2, int(np.searchsorted(edges, filled, side="left")))


@dataclass(frozen=True)
class Losses:
    """The matrix of periods and models, as C cells sorted by (model, period, known).

    labels: (P, P + 1) rows of each period by the period in which their label became known, the last column later.
    fitted: (P,) whether a model was fitted at the period's end. n: (C,) labelled rows. moments: (C, MOMENTS).
    entries: part -> (offsets (C + 1,), slot, sum), those of cell c from offsets[c] to offsets[c + 1].
    """

    layout: Layout
    edges: np.ndarray
    lead: int
    labels: np.ndarray
    fitted: np.ndarray
    model: np.ndarray
    period: np.ndarray
    known: np.ndarray
    n: np.ndarray
    moments: np.ndarray
    entries: Mapping[str, tuple[np.ndarray, np.ndarray, np.ndarray]]

    def __len__(self) -> int:
        return len(self.edges) - 1

    @cached_property
    def first(self) -> int | None:
        """The model that answers first: the earliest that the lead and the fits allow."""
        found = np.flatnonzero(self.fitted[self.lead - 1 : len(self) - 1])
        return None if not len(found) else self.lead - 1 + int(found[0])

    @cached_property
    def moments_to_retrain(self) -> np.ndarray:
        """The periods at whose end a policy may retrain: after the first answers, with a model, and periods left."""
        assert self.first is not None
        later = np.arange(self.first + 1, len(self) - 1)
        chosen: np.ndarray = later[self.fitted[later]]
        return chosen

    @cached_property
    def _keys(self) -> np.ndarray:
        keys: np.ndarray = self.model * len(self) + self.period
        return keys

    def ends(self, period: int) -> datetime:
        """The instant at which a period is over."""
        return _moment(self.edges[period + 1])

    def begins(self, period: int) -> datetime:
        """The first instant of a period."""
        return _moment(self.edges[period])

    def cells_of(self, model: np.ndarray, period: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Places of all cells of these pairs, and which pair each is of."""
        wanted = model * len(self) + period
        return _ranges(np.searchsorted(self._keys, wanted, "left"), np.searchsorted(self._keys, wanted, "right"))

    def added(self, cells: np.ndarray, group: np.ndarray, count: int, parts: Sequence[str]) -> Series:
        """Cells added up in `count` groups; a cell may stand in several. cells, group: of one length."""
        n = np.bincount(group, weights=self.n[cells], minlength=count).astype(np.int64)
        made: dict[str, np.ndarray] = {}
        for part in parts:
            shape = self.layout.shapes[part]
            if part == "moments":
                made[part] = np.zeros((count, *shape))
                np.add.at(made[part], group, self.moments[cells])
                continue
            offsets, slot, sums = self.entries[part]
            place, of = _ranges(offsets[cells], offsets[cells + 1])
            width = prod(shape)
            flat = np.bincount(group[of] * width + slot[place], weights=sums[place], minlength=count * width)
            made[part] = flat.astype(np.int64).reshape(count, *shape)
        return Series(self.layout, n, n, **made)

    def known_by(self, model: int, now: int, parts: Sequence[str]) -> Series:
        """The model's sums in the periods after its fit up to `now`, of labels known by its end; n counts all rows."""
        begin, end = np.searchsorted(self._keys, [model * len(self) + model + 1, model * len(self) + now + 1])
        cells = np.arange(begin, end)
        cells = cells[self.known[cells] <= now]
        told = self.added(cells, self.period[cells] - model - 1, now - model, parts)
        return replace(told, n=self.labels[model + 1 : now + 1].sum(axis=1))


def _moment(at: np.datetime64) -> datetime:
    moment: datetime = at.astype("datetime64[us]").item()
    return moment.replace(tzinfo=UTC)


def _ranges(start: np.ndarray, stop: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All whole numbers of some half-open ranges, and which range each lies in."""
    length = stop - start
    of = np.repeat(np.arange(len(start)), length)
    begun = np.cumsum(length) - length
    return np.arange(len(of)) - begun[of] + start[of], of


@dataclass(frozen=True, slots=True)
class Moment:
    """What a policy sees at a period's end: nothing later. model: the one that answers; retrained: periods, rising."""

    losses: Losses
    now: int
    model: int
    retrained: tuple[int, ...]


Policy = Callable[[Moment], str | None]
"""Why to retrain at this moment, or None."""


def never(_moment: Moment) -> str | None:
    """The control that does nothing."""
    return None


def every(periods: int) -> Policy:
    """Retrain whenever so many periods have passed."""
    words = "a period passed" if periods == 1 else f"{periods} periods passed"
    return lambda moment: words if moment.now - moment.model >= periods else None


def replayed(losses: Losses, policy: Policy) -> list[tuple[int, str]]:
    """The periods at whose end a policy retrains, with its reasons. Every retraining is seated at once."""
    assert losses.first is not None
    model = losses.first
    found: list[tuple[int, str]] = []
    for now in losses.moments_to_retrain.tolist():
        why = policy(Moment(losses, now, model, tuple(period for period, _ in found)))
        if why is not None:
            found.append((now, why))
            model = now
    return found


def seats(losses: Losses, retrained: np.ndarray) -> np.ndarray:
    """(D, T) which model answers in each period after the first's fit. retrained: (D, P) bool, at which ends."""
    assert losses.first is not None
    periods = np.arange(losses.first, len(losses) - 1)
    return np.maximum.accumulate(np.where(retrained[:, periods], periods, losses.first), axis=1)


def judged(
    losses: Losses, seated: np.ndarray, metric: str, policy: ProjectPolicy, *, by_period: bool = False
) -> Estimates:
    """A metric, or the cost, of D replays: of all their answers together, or of one replay by period.

    seated: (D, T) from `seats`. All labels count, whenever they came.
    """
    assert losses.first is not None
    draws, periods = seated.shape
    answered = np.tile(np.arange(losses.first + 1, len(losses)), draws)
    cells, pair = losses.cells_of(seated.ravel(), answered)
    group = pair % periods if by_period else pair // periods
    parts = ("cells",) if metric == COST else parts_of(metric)
    series = losses.added(cells, group, periods if by_period else draws, parts)
    return _cost(series, policy) if metric == COST else metric_series(series, metric)


def _cost(series: Series, policy: ProjectPolicy) -> Estimates:
    """What 1,000 answers cost by the project's costs of mistakes, with the band of a mean."""
    _, false_alarms, misses, _ = confusion(series)
    n = series.labelled.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (false_alarms * policy.false_alarm_cost + misses * policy.miss_cost) / n
        squares = (false_alarms * policy.false_alarm_cost**2 + misses * policy.miss_cost**2) / n
        half = of_mean(mean, squares, n)
    return Estimates(1000 * mean, 1000 * np.maximum(0.0, mean - half), 1000 * (mean + half), n)


def chances(
    losses: Losses, counts: Sequence[int], metric: str, policy: ProjectPolicy, *, draws: int, seed: int
) -> list[Chance]:
    """What retraining at random moments gives, for each number of retrainings: median and middle 90 % of the draws."""
    moments = losses.moments_to_retrain
    chance = np.random.default_rng(seed)
    found = []
    for count in sorted({count for count in counts if 0 < count < len(moments)}):
        order = np.argsort(chance.random((draws, len(moments))), axis=1)[:, :count]
        retrained = np.zeros((draws, len(losses)), bool)
        np.put_along_axis(retrained, moments[order], True, axis=1)
        values = judged(losses, seats(losses, retrained), metric, policy).value
        if not np.isnan(values).all():
            low, middle, high = np.nanquantile(values, [0.05, 0.5, 0.95])
            found.append(Chance(count, float(middle), float(low), float(high)))
    return found


def moments_of(frame_moments: Sequence[bytes]) -> np.ndarray:
    """(C, MOMENTS) of the stored bytes."""
    return np.frombuffer(b"".join(frame_moments), "<f8").reshape(-1, len(MOMENTS))
