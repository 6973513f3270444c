"""Bands from whole days: days of a period are drawn again, so that errors that come in runs do not narrow the band."""

from collections.abc import Sequence

import numpy as np

from mms.domain.scores import METRICS
from mms.monitoring.metrics import Estimates, metric_series, parts_of
from mms.monitoring.quantiles import student
from mms.monitoring.sums import Series

DRAWS = 200
"""How often the days of a period are drawn again."""

LEAST_BLOCKS = 5
"""Of fewer days nothing can be said about how days differ."""


def block_estimates(fine: Series, groups: np.ndarray, count: int, metric: str, seed: int = 0) -> Estimates:
    """A metric of `count` periods with bands that know how much its days differ.

    fine: the sums of days; groups: (days,) which period each lies in. The band is the value plus and minus Student's t
    of the days times the spread of the metric over draws of as many days (Efron 1979); where a period has fewer than
    LEAST_BLOCKS days it is that of its rows.
    """
    whole = metric_series(fine.added(groups, count), metric)
    low, high = whole.low.copy(), whole.high.copy()
    chance = np.random.default_rng(seed)
    for period in range(count):
        days = np.flatnonzero((groups == period) & (fine.labelled > 0))
        if len(days) < LEAST_BLOCKS or np.isnan(whole.value[period]):
            continue
        drawn = metric_series(_drawn(fine, days, parts_of(metric), chance), metric).value
        drawn = drawn[~np.isnan(drawn)]
        if len(drawn) < DRAWS / 2:
            continue
        scale = len(days) / (len(days) - 1)
        half = student(len(days) - 1) * np.sqrt(scale * drawn.var())
        low[period], high[period] = whole.value[period] - half, whole.value[period] + half
    if METRICS[metric].greater_is_better:
        return Estimates(whole.value, low if metric == "r2" else np.maximum(low, 0.0), np.minimum(high, 1.0), whole.n)
    return Estimates(whole.value, np.maximum(low, 0.0), high, whole.n)


def _drawn(fine: Series, days: np.ndarray, parts: Sequence[str], chance: np.random.Generator) -> Series:
    """DRAWS periods, each of as many days as there are, drawn with replacement."""
    times = chance.multinomial(len(days), np.full(len(days), 1 / len(days)), size=DRAWS)

    def added(values: np.ndarray) -> np.ndarray:
        flat = values[days].reshape(len(days), -1)
        made: np.ndarray = (times.astype(np.float64) @ flat).reshape(DRAWS, *values.shape[1:])
        return made

    return Series(
        fine.layout, added(fine.n), added(fine.labelled), **{name: added(getattr(fine, name)) for name in parts}
    )
