"""Metrics of many periods: those of scikit-learn on the rows, NaN where the sums do not say, bands that hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm, t
from sklearn import metrics as sk

from mms.domain.projects import Task
from mms.monitoring.bands import wilson
from mms.monitoring.metrics import WATCHED, Estimates, metric_series, parts_of
from mms.monitoring.sums import BINS, PARTS, Layout, Series
from tests.summed import of_classes, of_numbers

ABC = Layout(Task.MULTICLASS, ("a", "b", "c"))

ORACLES = {
    "precision": sk.precision_score,
    "recall": sk.recall_score,
    "f1": sk.f1_score,
    "accuracy": sk.accuracy_score,
    "balanced_accuracy": sk.balanced_accuracy_score,
}


def binary(rows: int, seed: int, gain: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    """Truth and probability of yes, calibrated."""
    chance = np.random.default_rng(seed)
    score = 1 / (1 + np.exp(-chance.normal(-0.8, gain, rows)))
    return (chance.random(rows) < score).astype(np.int64), score


@pytest.mark.parametrize("metric", ORACLES)
def test_metrics_of_a_confusion_matrix_are_exact_in_every_period(metric: str) -> None:
    truth, score = binary(900, 1)
    group = np.arange(900) % 3

    found = metric_series(of_classes(truth, score, group=group), metric)

    oracle = ORACLES[metric]
    assert found.value == pytest.approx([oracle(truth[group == g], score[group == g] >= 0.5) for g in range(3)])
    assert np.all((found.low < found.value) & (found.value < found.high) & (found.low >= 0) & (found.high <= 1))


@pytest.mark.parametrize("rows", [2000, pytest.param(200_000, marks=pytest.mark.slow)])
def test_ranking_metrics_from_bins_are_close_to_exact(rows: int) -> None:
    truth, score = binary(rows, 2)

    series = of_classes(truth, score)

    exact = sk.roc_auc_score(truth, score)
    assert metric_series(series, "roc_auc").value[0] == pytest.approx(exact, abs=3e-5 if rows > 2000 else 5e-4)
    exact = sk.average_precision_score(truth, score)
    assert metric_series(series, "average_precision").value[0] == pytest.approx(
        exact, abs=2e-4 if rows > 2000 else 2e-3
    )


def test_the_variance_of_auc_is_delongs() -> None:
    truth, score = binary(400, 3)
    binned = np.minimum((score * BINS).astype(int), BINS - 1)
    hits, misses = binned[truth == 1], binned[truth == 0]
    kernel = (hits[:, None] > misses[None, :]) + 0.5 * (hits[:, None] == misses[None, :])
    variance = kernel.mean(axis=1).var(ddof=1) / len(hits) + kernel.mean(axis=0).var(ddof=1) / len(misses)
    auc = kernel.mean()

    found = metric_series(of_classes(truth, score), "roc_auc")

    rows = auc * (1 - auc) / variance / (t(min(len(hits), len(misses)) - 1).ppf(0.975) / norm.ppf(0.975)) ** 2
    low, high = wilson(auc * rows, rows)
    assert (found.value[0], found.low[0], found.high[0]) == pytest.approx((auc, low, high))


def test_log_loss_is_scikit_learns_with_the_band_of_a_mean() -> None:
    truth, score = binary(500, 4)
    loss = -np.log(np.where(truth == 1, score, 1 - score))

    found = metric_series(of_classes(truth, score), "log_loss")

    assert found.value[0] == pytest.approx(sk.log_loss(truth, score))
    assert found.high[0] - found.value[0] == pytest.approx(1.96473 * loss.std(ddof=1) / np.sqrt(500), rel=1e-4)


@pytest.mark.parametrize(
    ("metric", "average"), [("precision_macro", "precision"), ("recall_macro", "recall"), ("f1_macro", "f1")]
)
def test_macro_metrics_are_scikit_learns(metric: str, average: str) -> None:
    chance = np.random.default_rng(5)
    truth, label = chance.integers(0, 2, 300), chance.integers(0, 3, 300)
    present = [0, 1] if average == "recall" else [0, 1, 2]
    score = {"precision": sk.precision_score, "recall": sk.recall_score, "f1": sk.f1_score}[average]

    found = metric_series(of_classes(truth, np.full((300, 3), 1 / 3), label, layout=ABC), metric)

    exact = score(truth, label, labels=present, average="macro", zero_division=0)
    assert found.value[0] == pytest.approx(exact)
    assert 0 <= found.low[0] < exact < found.high[0] <= 1


def test_regression_metrics_are_those_of_the_rows() -> None:
    chance = np.random.default_rng(6)
    truth = chance.normal(10, 3, 400)
    value = truth + chance.normal(0.5, 2, 400)

    series = of_numbers(truth, value)

    assert metric_series(series, "mae").value[0] == pytest.approx(sk.mean_absolute_error(truth, value))
    assert metric_series(series, "rmse").value[0] == pytest.approx(sk.root_mean_squared_error(truth, value))
    assert metric_series(series, "r2").value[0] == pytest.approx(sk.r2_score(truth, value))


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_scipys(counts: tuple[int, int]) -> None:
    hits, n = counts
    expected = binomtest(hits, n).proportion_ci(0.95, method="wilson")

    assert wilson(hits, n) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_the_interval_of_a_share_equals_the_published_one() -> None:
    low, high = wilson(np.array([1.0, 0.0]), np.array([10.0, 10.0]))

    np.testing.assert_allclose(low, [0.0178762, 0.0], atol=1e-6)
    np.testing.assert_allclose(high, [0.4041500, 0.2775328], atol=1e-6)


@pytest.mark.parametrize("task", Task)
def test_nothing_is_said_without_labels(task: Task) -> None:
    unknown = np.array([-1, -1])
    series = {
        Task.BINARY: lambda: of_classes(unknown, np.array([0.2, 0.8])),
        Task.MULTICLASS: lambda: of_classes(unknown, np.full((2, 3), 1 / 3), layout=ABC),
        Task.REGRESSION: lambda: of_numbers(np.full(2, np.nan), np.array([1.0, 2.0])),
    }[task]()

    for metric in WATCHED[task]:
        found = metric_series(series, metric)
        assert found.at(0) is None
        assert np.isnan([found.value[0], found.low[0], found.high[0]]).all()


def test_what_the_sums_do_not_determine_is_nan() -> None:
    all_no = of_classes(np.zeros(5, np.int64), np.full(5, 0.1))

    for metric in ("precision", "recall", "f1", "roc_auc", "average_precision"):
        assert metric_series(all_no, metric).at(0) is None
    assert metric_series(all_no, "accuracy").value[0] == 1
    assert metric_series(of_numbers(np.full(9, 3.0), np.arange(9.0)), "r2").at(0) is None


def test_one_label_gives_a_value_and_no_band_of_a_mean() -> None:
    one = of_numbers(np.array([3.0]), np.array([5.0]))

    for metric in ("mae", "rmse"):
        found = metric_series(one, metric).at(0)
        assert found is not None
        assert (found.value, found.low, found.high, found.n) == (2.0, None, None, 1)


def test_a_perfect_score_keeps_the_doubt_of_its_few_rows() -> None:
    truth = np.array([0] * 5 + [1] * 5)
    series = of_classes(truth, np.where(truth == 1, 0.9, 0.1))

    for metric in ("accuracy", "f1", "roc_auc", "average_precision", "balanced_accuracy"):
        found = metric_series(series, metric)
        assert (found.value[0], found.high[0]) == pytest.approx((1, 1))
        assert found.low[0] < 0.8


@pytest.mark.parametrize("task", Task)
def test_a_metric_reads_only_the_parts_that_it_names(task: Task) -> None:
    chance = np.random.default_rng(7)
    series = {
        Task.BINARY: lambda: of_classes(*binary(200, 7)),
        Task.MULTICLASS: lambda: of_classes(chance.integers(0, 3, 200), chance.dirichlet(np.ones(3), 200), layout=ABC),
        Task.REGRESSION: lambda: of_numbers(chance.normal(size=200), chance.normal(size=200)),
    }[task]()

    for metric in WATCHED[task]:
        read = {part: getattr(series, part) for part in PARTS if part in parts_of(metric)}
        alone = metric_series(Series(series.layout, series.n, series.labelled, **read), metric)
        assert _row(alone) == pytest.approx(_row(metric_series(series, metric)), nan_ok=True)
        assert not np.isnan(alone.value[0])


def _row(found: Estimates) -> list[float]:
    return [found.value[0], found.low[0], found.high[0], found.n[0]]


PERIODS, ROWS = 1000, 300
"""Simulated periods and their rows: 95 % bands hold 0.95 of the truths, give or take 0.007."""

_BINARY = ("accuracy", "precision", "recall", "f1", "balanced_accuracy", "roc_auc", "average_precision", "log_loss")
_MULTI = ("accuracy", "balanced_accuracy", "f1_macro", "precision_macro", "recall_macro", "log_loss")


def multiclass(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    shares = chance.dirichlet((1.0, 0.6, 0.3), rows)
    return (chance.random(rows)[:, None] > shares.cumsum(axis=1)).sum(axis=1).clip(0, 2), shares


def numbers(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    truth = chance.normal(10, 3, rows)
    return truth, truth + chance.normal(0.3, 1, rows)


@pytest.mark.slow
@pytest.mark.parametrize("task", Task)
def test_bands_of_95_percent_hold_the_truth_in_93_to_97_of_100_periods(task: Task) -> None:
    group = np.repeat(np.arange(PERIODS), ROWS)
    made, all_of_it = {
        Task.BINARY: lambda: [of_classes(*binary(len(g), seed), group=g) for seed, g in _drawn(group)],
        Task.MULTICLASS: lambda: [of_classes(*multiclass(len(g), s), layout=ABC, group=g) for s, g in _drawn(group)],
        Task.REGRESSION: lambda: [of_numbers(*numbers(len(g), seed), group=g) for seed, g in _drawn(group)],
    }[task]()

    for metric in {Task.BINARY: _BINARY, Task.MULTICLASS: _MULTI, Task.REGRESSION: ("mae", "rmse")}[task]:
        true = metric_series(all_of_it, metric).value[0]
        found = metric_series(made, metric)
        held = np.mean((found.low <= true) & (true <= found.high))
        assert 0.93 <= held <= 0.97, (metric, held)


def _drawn(group: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """The periods, and one long one that gives the truth."""
    return [(11, group), (12, np.zeros(1_000_000, np.int64))]
