"""Buckets: sums are a group, and the metrics read from them are those of scikit-learn on the rows."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn import metrics as sk

from mms.domain.buckets import (
    BINS,
    UNLABELLED,
    WATCHED,
    Estimate,
    Sums,
    confusion,
    hour_of,
    metric_of,
    total,
    truth_known,
    wilson,
)
from mms.domain.scores import METRICS

WHOLE = st.integers(-1000, 1000)
LABELS = st.sampled_from(["a", "b", "c"])
CELLS = st.dictionaries(st.tuples(LABELS, LABELS), WHOLE.filter(bool), max_size=6)
HISTOGRAM = st.dictionaries(st.tuples(LABELS, st.integers(0, BINS - 1)), WHOLE.filter(bool), max_size=6)
EXACT = WHOLE.map(float)
"""Whole floats, so that equality of sums is exact."""

SUMS = st.builds(Sums, WHOLE, WHOLE, CELLS, HISTOGRAM, EXACT, EXACT, EXACT, EXACT, EXACT)


@given(SUMS, SUMS, SUMS)
def test_sums_form_a_commutative_group(a: Sums, b: Sums, c: Sums) -> None:
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert a + Sums() == a
    assert a - a == Sums()
    assert (a + b) - b == a


@given(st.lists(SUMS, max_size=5))
def test_a_total_is_the_sum_of_its_parts(parts: list[Sums]) -> None:
    assert total(parts) == sum(parts, Sums())


@given(SUMS)
def test_sums_survive_their_json(sums: Sums) -> None:
    assert Sums.from_json(sums.to_json()) == sums


def test_hours_begin_at_their_first_instant() -> None:
    assert hour_of(datetime(2026, 3, 1, 12, 59, 59, 999, tzinfo=UTC)) == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_an_hour_is_one_of_utc_wherever_the_moment_was_told() -> None:
    delhi = timezone(timedelta(hours=5, minutes=30))

    assert hour_of(datetime(2026, 3, 1, 18, 15, tzinfo=delhi)) == datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("score", "expected"), [(0.0, 0), (0.00499, 0), (0.005, 1), (0.9999, BINS - 1), (1.0, BINS - 1)]
)
def test_a_score_falls_into_its_bin(score: float, expected: int) -> None:
    assert truth_known("yes", "no", score, None).bins == {("yes", expected): 1}


def test_a_class_without_score_and_a_number_fill_no_histogram() -> None:
    assert truth_known("a", "b", None, None) == Sums(0, 1, {("a", "b"): 1})
    assert truth_known("3", None, None, 5.0) == Sums(0, 1, {}, {}, 2.0, 4.0, 16.0, 3.0, 9.0)


def binary(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, Sums]:
    """Truths, labels and scores of rows, and their sums."""
    chance = np.random.default_rng(seed)
    truth = chance.random(rows) < 0.3
    score = np.clip(chance.normal(0.4 + 0.2 * truth, 0.2), 0, 1)
    label = score >= 0.5
    words = np.array(["no", "yes"])
    parts = [
        UNLABELLED + truth_known(words[int(t)], words[int(p)], float(s), None)
        for t, p, s in zip(truth, label, score, strict=True)
    ]
    return truth, label, score, total(parts)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("metric", "oracle"),
    [
        ("precision", sk.precision_score),
        ("recall", sk.recall_score),
        ("f1", sk.f1_score),
        ("accuracy", sk.accuracy_score),
        ("balanced_accuracy", sk.balanced_accuracy_score),
    ],
)
def test_metrics_of_a_confusion_matrix_are_exact(metric: str, oracle, seed: int) -> None:  # type: ignore[no-untyped-def]
    truth, label, _, sums = binary(500, seed)

    estimate = metric_of(sums, metric, "yes")

    assert estimate is not None
    assert estimate.value == pytest.approx(oracle(truth, label))
    if estimate.low is not None and estimate.high is not None:
        assert 0 <= estimate.low < estimate.value < estimate.high <= 1


def test_auc_from_bins_is_within_its_bound() -> None:
    truth, _, score, sums = binary(5000, 1)

    estimate = metric_of(sums, "roc_auc", "yes")

    assert estimate is not None
    assert estimate.value == pytest.approx(sk.roc_auc_score(truth, score), abs=5e-4)
    assert estimate.n == 5000


def test_the_band_of_auc_is_delongs() -> None:
    truth, _, score, sums = binary(400, 2)
    binned = np.minimum((score * BINS).astype(int), BINS - 1)

    low, high = delong(binned[truth], binned[~truth])
    estimate = metric_of(sums, "roc_auc", "yes")

    assert estimate is not None
    assert (estimate.low, estimate.high) == (pytest.approx(low), pytest.approx(high))


def delong(hits: np.ndarray, misses: np.ndarray) -> tuple[float, float]:
    """The 95 % band from every pair of a positive and a negative row."""
    kernel = (hits[:, None] > misses[None, :]) + 0.5 * (hits[:, None] == misses[None, :])
    variance = kernel.mean(axis=1).var(ddof=1) / len(hits) + kernel.mean(axis=0).var(ddof=1) / len(misses)
    half = 1.959963984540054 * np.sqrt(variance)
    return kernel.mean() - half, kernel.mean() + half


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_scipys(counts: tuple[int, int]) -> None:
    hits, n = counts
    expected = binomtest(hits, n).proportion_ci(0.95, method="wilson")

    assert wilson(hits, n) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_the_band_of_f1_is_wilsons_mapped() -> None:
    low, high = wilson(30, 60)

    estimate = metric_of(Sums(100, 100, {("y", "y"): 30, ("n", "y"): 20, ("y", "n"): 10, ("n", "n"): 40}), "f1", "y")

    assert estimate == Estimate(60 / 90, 2 * low / (1 + low), 2 * high / (1 + high), 60)


@pytest.mark.parametrize(
    ("metric", "average"), [("precision_macro", "precision"), ("recall_macro", "recall"), ("f1_macro", "f1")]
)
def test_macro_metrics_are_scikit_learns(metric: str, average: str) -> None:
    chance = np.random.default_rng(4)
    truth, label = chance.choice(list("abc"), 300), chance.choice(list("abcd"), 300)
    sums = total(truth_known(str(t), str(p), None, None) for t, p in zip(truth, label, strict=True))
    classes = list("abc") if average == "recall" else list("abcd")
    score = {"precision": sk.precision_score, "recall": sk.recall_score, "f1": sk.f1_score}[average]

    estimate = metric_of(sums, metric, None)

    assert estimate is not None
    assert estimate.value == pytest.approx(score(truth, label, labels=classes, average="macro", zero_division=0))


def test_regression_metrics_and_bands_are_those_of_the_rows() -> None:
    chance = np.random.default_rng(5)
    truth = chance.normal(10, 3, 400)
    value = truth + chance.normal(0.5, 2, 400)
    sums = total(truth_known(str(t), None, None, float(v)) for t, v in zip(truth, value, strict=True))
    error = np.abs(value - truth)

    mae, rmse, r2 = (metric_of(sums, metric, None) for metric in ("mae", "rmse", "r2"))

    assert mae is not None
    assert rmse is not None
    assert r2 is not None
    assert mae.value == pytest.approx(sk.mean_absolute_error(truth, value))
    assert rmse.value == pytest.approx(sk.root_mean_squared_error(truth, value))
    assert r2.value == pytest.approx(sk.r2_score(truth, value))
    assert mae.high == pytest.approx(mae.value + 1.959963984540054 * error.std() / 20)
    assert rmse.high == pytest.approx(rmse.value + 1.959963984540054 * (error**2).std() / 20 / (2 * rmse.value))


@pytest.mark.parametrize("metric", WATCHED)
def test_nothing_is_said_without_labels(metric: str) -> None:
    assert metric_of(Sums(n=10), metric, "yes") is None
    assert metric in METRICS


def test_what_the_sums_do_not_determine_is_none() -> None:
    only_no = Sums(5, 5, {("no", "no"): 5}, {("no", 3): 5})

    for metric in ("precision", "recall", "f1", "roc_auc", "log_loss", "average_precision"):
        assert metric_of(only_no, metric, "yes") is None
    assert metric_of(only_no, "accuracy", "yes") == Estimate(1.0, *wilson(5, 5), 5)
    assert metric_of(truth_known("3", None, None, 3.0), "r2", None) is None
    assert metric_of(truth_known("3", None, None, 3.0), "rmse", None) == Estimate(0.0, 0.0, 0.0, 1)


def test_confusion_counts_every_other_class_as_negative() -> None:
    cells = {("a", "a"): 1, ("b", "a"): 2, ("a", "b"): 3, ("c", "b"): 4, ("b", "b"): 5}

    assert confusion(Sums(15, 15, cells), "a") == (1, 2, 3, 9)
