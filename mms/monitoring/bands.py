"""95 % bands: of proportions, of means, of sums of both, and of whole days drawn again."""

import numpy as np

from mms.monitoring.quantiles import student

Z95 = 1.959963984540054
"""Two-sided 95 % quantile of the standard normal."""

Band = tuple[np.ndarray, np.ndarray]
"""(low, high), each of one length."""


def wilson(hits: np.ndarray | float, n: np.ndarray | float) -> Band:
    """The Wilson (1927) band of proportions hits / n; NaN where n is 0. n need not be whole."""
    n = np.asarray(n, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        p, z2 = hits / n, Z95**2
        centre = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = Z95 / (1 + z2 / n) * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return np.maximum(0.0, centre - half), np.minimum(1.0, centre + half)


def by_variance(value: np.ndarray, variance: np.ndarray, fewest: np.ndarray) -> Band:
    """The band of a share whose variance is known: Wilson's for as many rows as would give that variance.

    It stays in [0, 1] and keeps its width at 0 and 1, where the variance vanishes: there `fewest` rows count. fewest:
    (T,) rows of the rarest kind, by which the variance was estimated: Student's t of as many widens the band.
    """
    wider = (student(np.maximum(fewest - 1, 1)) / Z95) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        rows = np.where((variance > 0) & (value > 0) & (value < 1), value * (1 - value) / (variance * wider), fewest)
    return wilson(value * rows, rows)


def mean_of_shares(hits: np.ndarray, n: np.ndarray, counted: np.ndarray) -> Band:
    """The band of a mean of independent proportions: their Wilson bands joined by squares (Zou and Donner 2008).

    hits, n: (T, K); counted: (T, K) which proportions the mean is taken over.
    """
    low, high = wilson(hits, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(counted & (n > 0), hits / n, 0.0)
        count = counted.sum(axis=1)
        mean = share.sum(axis=1) / count
        known = counted & (n > 0)
        below = np.sqrt(np.where(known, (share - low) ** 2, 0.0).sum(axis=1)) / count
        above = np.sqrt(np.where(known, (high - share) ** 2, 0.0).sum(axis=1)) / count
    return mean - below, mean + above


def of_mean(mean: np.ndarray, mean_of_squares: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Half the width of the band of a mean of n values, by Student's t; NaN of fewer than two."""
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.where(n > 1, np.maximum(0.0, mean_of_squares - mean**2) / (n - 1), np.nan)
        half: np.ndarray = student(np.maximum(n - 1, 1)) * np.sqrt(variance)
    return half
