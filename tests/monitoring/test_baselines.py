"""Trivial rules score what they would have scored, had anybody followed them."""

import numpy as np
import pytest
from sklearn import metrics as sk

from mms.domain.projects import Task
from mms.monitoring.baselines import EARLIER, LAST, baseline, previous
from mms.monitoring.metrics import metric_series
from mms.monitoring.sums import Layout
from tests.summed import BINARY, of_classes, of_numbers


def test_the_commonest_class_is_learnt_from_periods_before() -> None:
    truth = np.array([0, 0, 0, 1] + [1, 1, 1, 0] + [1, 1, 0, 0])
    series = of_classes(truth, np.full(12, 0.5), group=np.repeat(np.arange(3), 4))

    assert baseline(series, "accuracy", EARLIER) == pytest.approx([np.nan, 0.25, 0.5], nan_ok=True)
    assert baseline(series, "precision", EARLIER) == pytest.approx([np.nan, 0, 0], nan_ok=True)  # it flags nobody
    assert baseline(series, "roc_auc", LAST) == pytest.approx([np.nan, 0.5, 0.5], nan_ok=True)
    assert baseline(series, "average_precision", LAST) == pytest.approx([np.nan, 0.75, 0.5], nan_ok=True)
    expected = sk.log_loss([1, 1, 1, 0], [0.25] * 4)
    assert baseline(series, "log_loss", LAST)[1] == pytest.approx(expected)


def test_the_mean_is_learnt_from_periods_before() -> None:
    truth = np.array([1.0, 3.0, 6.0, 8.0, 5.0, 9.0])
    series = of_numbers(truth, truth, group=np.repeat(np.arange(3), 2))

    assert baseline(series, "rmse", EARLIER)[1] == pytest.approx(sk.root_mean_squared_error([6, 8], [2, 2]))
    assert baseline(series, "rmse", LAST)[2] == pytest.approx(sk.root_mean_squared_error([5, 9], [7, 7]))
    assert baseline(series, "r2", LAST)[2] == pytest.approx(sk.r2_score([5, 9], [7, 7]))
    assert np.isnan(baseline(series, "mae", LAST)).all()


def test_the_label_before_is_right_where_two_in_a_row_are_equal() -> None:
    truths = ["no", "no", "yes", "yes", "yes", "no"]

    series = previous(BINARY, truths, np.array([0, 0, 0, 1, 1, 1]), 2)

    assert metric_series(series, "accuracy").value == pytest.approx([1 / 2, 2 / 3])  # the first has none before it


def test_the_value_before_is_off_by_the_step() -> None:
    series = previous(Layout(Task.REGRESSION), ["1", "4", "4", "2"], np.zeros(4, np.int64), 1)

    assert metric_series(series, "mae").value[0] == pytest.approx(5 / 3)
