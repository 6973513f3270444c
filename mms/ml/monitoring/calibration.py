"""What a model's probabilities mean: the share of each class among rows of a probability, learnt out of fold."""

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import StratifiedKFold

from mms.monitoring.estimated import Calibration
from mms.monitoring.sums import BINS

SPLITS = 3
"""Parts on which it is asked whether calibrating helps."""

ECE_BINS = 20
"""Bins of equal rows of the expected calibration error."""


def calibrated(probabilities: np.ndarray, hit: np.ndarray) -> Calibration:
    """The calibration of each scored class. probabilities, hit: (N, scored), out of fold; hit: whether it is the class.

    Isotonic where that lowers the mean expected calibration error over three stratified splits, else the probabilities
    as they are.
    """
    chance = np.stack([_chance(p, y) for p, y in zip(probabilities.T, hit.T, strict=True)])
    return Calibration(chance, len(hit))


def calibration_error(probability: np.ndarray, hit: np.ndarray) -> float:
    """Expected calibration error: mean distance of share and mean probability, over bins of equal rows."""
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, ECE_BINS) if len(part)]
    return float(sum(abs(hit[p].mean() - probability[p].mean()) * len(p) for p in parts) / len(order))


def _chance(probability: np.ndarray, hit: np.ndarray) -> np.ndarray:
    """(BINS,) the chance of the class for each bin of probabilities."""
    middles = (np.arange(BINS) + 0.5) / BINS
    bins = np.clip((probability * BINS).astype(np.int64), 0, BINS - 1)
    n = np.bincount(bins, minlength=BINS)
    said = np.divide(np.bincount(bins, weights=probability, minlength=BINS), n, out=middles, where=n > 0)
    if not _helps(probability, hit):
        return said
    chance: np.ndarray = _isotonic(probability, hit).predict(said)
    return chance


def _helps(probability: np.ndarray, hit: np.ndarray) -> bool:
    rarest = min(hit.sum(), len(hit) - hit.sum())
    if rarest < SPLITS:
        return False
    gains = []
    for train, test in StratifiedKFold(SPLITS, shuffle=True, random_state=0).split(probability[:, None], hit):
        better = _isotonic(probability[train], hit[train]).predict(probability[test])
        gains.append(calibration_error(probability[test], hit[test]) - calibration_error(better, hit[test]))
    return bool(np.mean(gains) > 0)


def _isotonic(probability: np.ndarray, hit: np.ndarray) -> IsotonicRegression:
    return IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(probability, hit)
