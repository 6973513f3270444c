"""Periods are added the same whether they come in time order or not, and also where a longer one is empty."""

import numpy as np
import pytest

from mms.monitoring.sums import PARTS
from tests.summed import of_classes

WEEKS = np.arange(50) // 7


@pytest.mark.parametrize(
    ("groups", "count"),
    [(WEEKS, 8), (WEEKS + 2, 12), (np.random.default_rng(1).permutation(WEEKS), 8), (np.arange(50), 50)],
)
def test_each_period_goes_to_its_longer_one(groups: np.ndarray, count: int) -> None:
    chance = np.random.default_rng(0)
    series = of_classes(chance.integers(0, 2, 500), chance.random(500), group=np.arange(500) % 50)

    added = series.added(groups, count)

    for name in ("n", "labelled", *PARTS):
        values, made = getattr(series, name), getattr(added, name)
        expected = [values[groups == group].sum(axis=0) for group in range(count)]
        assert made == pytest.approx(np.stack(expected))
