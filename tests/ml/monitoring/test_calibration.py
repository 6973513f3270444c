"""What probabilities mean is learnt out of fold; what it promises is kept as often as its bands say."""

from collections.abc import Mapping

import numpy as np
import pytest

from mms.domain.projects import Task
from mms.ml.monitoring.calibration import calibrated, calibration_error
from mms.monitoring.counting import Answers, counted
from mms.monitoring.estimated import Calibration, estimated_series
from mms.monitoring.metrics import Estimates, metric_series
from mms.monitoring.sums import BINS, Layout, Series, coded_entries, decoded

BINARY = Layout(Task.BINARY, ("no", "yes"), "yes")
THREE = Layout(Task.MULTICLASS, ("a", "b", "c"))


def bent(random: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores of a model that is too sure, and the truths that come of them."""
    chance = random.beta(1.5, 2.5, n)
    score = chance**2 / (chance**2 + (1 - chance) ** 2)
    return score, random.random(n) < chance


def series_of(layout: Layout, label: np.ndarray, truth: np.ndarray, probabilities: np.ndarray) -> Series:
    """One period of answers whose truths are known."""
    n, nan = len(label), np.full(len(label), np.nan)
    answers = Answers(
        np.ones(n, np.int64), np.zeros(n, np.int64), label, truth, probabilities, nan, nan, nan, nan,
        np.full((n, 2), np.nan),
    )  # fmt: skip
    sums = counted(layout, answers, 1)
    parts = {part: decoded(layout, part, coded_entries(*sums.entries[part], 1)) for part in ("cells", "scores")}
    return Series(layout, sums.n, sums.labelled, moments=sums.moments, **parts)


def test_probabilities_that_are_too_sure_are_put_right() -> None:
    score, hit = bent(np.random.default_rng(1), 20_000)

    calibration = calibrated(score[:, None], hit[:, None])

    bins = np.clip((score * BINS).astype(int), 0, BINS - 1)
    assert calibration_error(score, hit) > 0.05
    assert calibration_error(calibration.chance[0][bins], hit) < 0.015
    assert (np.diff(calibration.chance[0]) >= 0).all()


def test_probabilities_that_are_right_stay_nearly_as_they_are() -> None:
    random = np.random.default_rng(2)
    score = random.random(5000)

    calibration = calibrated(score[:, None], (random.random(5000) < score)[:, None])

    assert np.abs(calibration.chance[0] - (np.arange(BINS) + 0.5) / BINS).mean() < 0.02


@pytest.mark.parametrize("hits", [0, 1, 60])
def test_one_class_alone_calibrates_nothing(hits: int) -> None:
    score = np.linspace(0.1, 0.9, 60)

    calibration = calibrated(score[:, None], (np.arange(60) < hits)[:, None])

    assert ((calibration.chance >= 0) & (calibration.chance <= 1)).all()


def assert_nominal(kept: Mapping[str, int], turns: int) -> None:
    """No share of kept bands lies surely (by two standard errors of so many turns) outside 93 to 97 %."""
    reach = 2 * np.sqrt(0.95 * 0.05 / turns)
    share = {metric: count / turns for metric, count in kept.items()}
    assert all(0.93 - reach <= value <= 0.97 + reach for value in share.values()), share


METRICS = ("accuracy", "precision", "recall", "f1", "balanced_accuracy", "roc_auc", "average_precision", "brier")


@pytest.mark.slow
@pytest.mark.parametrize("n", [300, 3000])
def test_what_is_promised_of_two_classes_is_kept_as_often_as_the_bands_say(n: int) -> None:
    random = np.random.default_rng(n)
    kept = dict.fromkeys(METRICS, 0)
    turns = 250
    for _ in range(turns):
        learnt_score, learnt_hit = bent(random, 2000)
        calibration = calibrated(learnt_score[:, None], learnt_hit[:, None])
        score, hit = bent(random, n)
        series = series_of(BINARY, (score >= 0.5).astype(int), hit.astype(int), score[:, None])
        for metric in METRICS:
            promised = estimated_series(series, calibration, metric)
            realised = realised_of(series, score, hit, metric)
            kept[metric] += bool(promised.low[0] <= realised <= promised.high[0])

    assert_nominal(kept, turns)


def realised_of(series: Series, score: np.ndarray, hit: np.ndarray, metric: str) -> float:
    if metric == "brier":
        return float(((score - hit) ** 2).mean())
    return float(metric_series(series, metric).value[0])


@pytest.mark.slow
def test_what_is_promised_of_three_classes_is_kept_as_often_as_the_bands_say() -> None:
    random = np.random.default_rng(9)
    metrics = ("accuracy", "balanced_accuracy", "f1_macro", "precision_macro")
    kept, turns = dict.fromkeys(metrics, 0), 150
    for _ in range(turns):
        shares = random.dirichlet((1, 1, 1), 3000)
        truth = (random.random((3000, 1)) > np.cumsum(shares, axis=1)).sum(axis=1)
        hit = truth[:, None] == np.arange(3)
        calibration = calibrated(shares[:1500], hit[:1500])
        series = series_of(THREE, shares[1500:].argmax(axis=1), truth[1500:], shares[1500:])
        for metric in metrics:
            promised: Estimates = estimated_series(series, calibration, metric)
            kept[metric] += bool(promised.low[0] <= metric_series(series, metric).value[0] <= promised.high[0])

    assert_nominal(kept, turns)


def test_what_is_promised_is_counted_from_bins_as_from_rows() -> None:
    score, hit = bent(np.random.default_rng(4), 5000)
    calibration = calibrated(score[:, None], hit[:, None])
    label = score >= 0.5
    series = series_of(BINARY, label.astype(int), np.full(5000, -1), score[:, None])

    chance = calibration.chance[0][np.clip((score * BINS).astype(int), 0, BINS - 1)]

    assert estimated_series(series, calibration, "precision").value[0] == pytest.approx(chance[label].mean())
    assert estimated_series(series, calibration, "recall").value[0] == pytest.approx(chance[label].sum() / chance.sum())
    right = np.where(label, chance, 1 - chance)
    assert estimated_series(series, calibration, "accuracy").value[0] == pytest.approx(right.mean())


def test_a_changed_relation_shows_as_realised_less_promised() -> None:
    random = np.random.default_rng(6)
    calibration = calibrated(*(values[:, None] for values in bent(random, 5000)))
    score, hit = bent(random, 4000)
    turned = random.random(4000) < 0.3
    series = series_of(BINARY, (score >= 0.5).astype(int), np.where(turned, ~hit, hit).astype(int), score[:, None])

    promised = estimated_series(series, calibration, "accuracy", labelled=True)

    assert metric_series(series, "accuracy").value[0] < promised.low[0] - 0.05


@pytest.mark.parametrize("metric", METRICS)
def test_nothing_is_promised_of_no_rows(metric: str) -> None:
    empty = Series(BINARY, np.zeros(1), np.zeros(1), scores=np.zeros((1, 1, 3, 2, BINS), np.int64))

    assert np.isnan(estimated_series(empty, Calibration(np.full((1, BINS), 0.5), 10), metric).value[0])
