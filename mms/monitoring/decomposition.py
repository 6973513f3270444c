"""A change of a mean split into what comes of other rows and what comes of worse answers to the same rows."""

from dataclasses import dataclass

import numpy as np

DRAWS = 400
"""Bootstrap draws of the bands."""


@dataclass(frozen=True, slots=True)
class Split:
    """Two means and the way from one to the other; (G,) by group.

    share_before, share_after: of the rows; error_before, error_after: the mean of each group, NaN where it has no rows.
    mix + relation, summed over the groups, is after - before. mix_band, relation_band: 95 % of both sums.
    """

    before: float
    after: float
    share_before: np.ndarray
    share_after: np.ndarray
    error_before: np.ndarray
    error_after: np.ndarray
    mix: np.ndarray
    relation: np.ndarray
    mix_band: tuple[float, float]
    relation_band: tuple[float, float]


def split(
    groups: tuple[np.ndarray, np.ndarray], errors: tuple[np.ndarray, np.ndarray], count: int, seed: int = 0
) -> Split:
    """Split the change of the mean error between two periods over groups of rows. Both hold (before, after).

    groups: (N,) each, 0 to count - 1; errors: (N,) each. With shares w and means e of the groups:
    mix = (w1 - w0) ((e0 + e1) / 2 - mean) and relation = (w0 + w1) / 2 (e1 - e0) (Kitagawa, "Components of a
    difference between two rates", JASA 50:1168, 1955). What moves within a group counts as relation.
    """
    n, sums = zip(*(_sums(g, e, count) for g, e in zip(groups, errors, strict=True)), strict=True)
    mix, relation = _parts(np.stack(n)[:, None], np.stack(sums)[:, None])
    random = np.random.default_rng(seed)
    drawn = [_drawn(random, g, e, count) for g, e in zip(groups, errors, strict=True)]
    mixes, relations = _parts(np.stack([d[0] for d in drawn]), np.stack([d[1] for d in drawn]))
    with np.errstate(invalid="ignore", divide="ignore"):
        means = [s / k for s, k in zip(sums, n, strict=True)]
    return Split(
        before=float(errors[0].mean()),
        after=float(errors[1].mean()),
        share_before=n[0] / n[0].sum(),
        share_after=n[1] / n[1].sum(),
        error_before=means[0],
        error_after=means[1],
        mix=mix[0],
        relation=relation[0],
        mix_band=_band(mixes.sum(axis=1)),
        relation_band=_band(relations.sum(axis=1)),
    )


def _sums(groups: np.ndarray, errors: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    n = np.bincount(groups, minlength=count).astype(np.float64)
    return n, np.bincount(groups, weights=errors, minlength=count)


def _drawn(
    random: np.random.Generator, groups: np.ndarray, errors: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """(DRAWS, G) rows and sums of errors, each draw of as many rows with replacement."""
    rows = random.integers(0, len(groups), (DRAWS, len(groups)))
    keys = (groups[rows] + count * np.arange(DRAWS)[:, None]).ravel()
    n = np.bincount(keys, minlength=DRAWS * count).astype(np.float64)
    sums = np.bincount(keys, weights=errors[rows].ravel(), minlength=DRAWS * count)
    return n.reshape(DRAWS, count), sums.reshape(DRAWS, count)


def _parts(n: np.ndarray, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(D, G) mix and relation of D draws. n, sums: (2, D, G). A group that one period lacks only changes the mix."""
    share = n / n.sum(axis=2, keepdims=True)
    mean = np.divide(sums, n, out=np.full(n.shape, np.nan), where=n > 0)
    before, after = np.where(np.isnan(mean[0]), mean[1], mean[0]), np.where(np.isnan(mean[1]), mean[0], mean[1])
    before, after = np.nan_to_num(before), np.nan_to_num(after)
    middle = (sums.sum(axis=2) / n.sum(axis=2)).mean(axis=0)[:, None]
    mix = (share[1] - share[0]) * ((before + after) / 2 - middle)
    return mix, (share[0] + share[1]) / 2 * (after - before)


def _band(draws: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)
