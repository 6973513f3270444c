"""Bands from whole days hold the truth also when errors come in runs, where those of rows do not."""

import numpy as np
import pytest

from mms.monitoring.blocks import block_estimates
from mms.monitoring.metrics import metric_series
from tests.summed import of_classes, of_numbers

MONTHS, DAYS, ROWS = 400, 30, 20
"""Simulated periods, their days and rows of a day."""


def test_bands_from_days_are_seeded_and_keep_the_value() -> None:
    chance = np.random.default_rng(1)
    score = chance.random(600)
    fine = of_classes((chance.random(600) < score).astype(np.int64), score, group=np.repeat(np.arange(20), 30))
    groups = np.repeat([0, 1], 10)

    one, again = (block_estimates(fine, groups, 2, "roc_auc", seed=3) for _ in range(2))

    assert one.value == pytest.approx(metric_series(fine.added(groups, 2), "roc_auc").value)
    assert (one.low.tolist(), one.high.tolist()) == (again.low.tolist(), again.high.tolist())


def test_of_four_days_the_band_is_that_of_the_rows() -> None:
    chance = np.random.default_rng(2)
    score = chance.random(400)
    fine = of_classes((chance.random(400) < score).astype(np.int64), score, group=np.repeat(np.arange(4), 100))
    groups = np.zeros(4, np.int64)

    assert block_estimates(fine, groups, 1, "f1").low == pytest.approx(metric_series(fine.total(), "f1").low)


@pytest.mark.slow
def test_bands_from_days_hold_the_truth_when_days_differ_and_those_of_rows_do_not() -> None:
    chance = np.random.default_rng(3)
    good = np.clip(chance.normal(0.8, 0.08, MONTHS * DAYS), 0, 1)
    right = chance.random((MONTHS * DAYS, ROWS)) < good[:, None]
    truth = np.ones(right.size, np.int64)
    fine = of_classes(truth, np.where(right.ravel(), 0.9, 0.1), group=np.repeat(np.arange(MONTHS * DAYS), ROWS))
    groups = np.repeat(np.arange(MONTHS), DAYS)
    true = float(good.mean())

    of_days, of_rows = (
        block_estimates(fine, groups, MONTHS, "accuracy"),
        metric_series(fine.added(groups, MONTHS), "accuracy"),
    )

    held = [float(np.mean((e.low <= true) & (true <= e.high))) for e in (of_days, of_rows)]
    assert held[0] >= 0.93
    assert held[1] <= 0.85


@pytest.mark.slow
def test_r2_has_a_band_from_days_alone() -> None:
    chance = np.random.default_rng(4)
    truth = chance.normal(10, 3, MONTHS * DAYS * 10)
    value = truth + chance.normal(0, 1.5, len(truth))
    fine = of_numbers(truth, value, group=np.repeat(np.arange(MONTHS * DAYS), 10))

    found = block_estimates(fine, np.repeat(np.arange(MONTHS), DAYS), MONTHS, "r2")

    assert 0.9 <= float(np.mean((found.low <= 0.75) & (found.high >= 0.75))) <= 0.99
