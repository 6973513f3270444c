"""Thinning keeps the shape of a curve."""

import numpy as np

from mms.ml.diagnostics.thinning import thinned


def test_straight_stretches_lose_their_inner_points_and_nothing_else() -> None:
    x = np.array([0.0, 1, 2, 3, 3, 3])
    y = np.array([0.0, 0, 0, 0, 1, 2])

    assert thinned(x, y).tolist() == [0, 3, 5]


def test_a_thinned_curve_stays_within_its_stated_distance_of_the_whole_one() -> None:
    random = np.random.default_rng(0)
    x = np.concatenate([[0.0], np.sort(random.random(20_000)), [1.0]])
    y = np.concatenate([[0.0], np.sort(random.random(20_000)) ** 0.4, [1.0]])

    kept = thinned(x, y, 400)

    assert len(kept) <= 400
    assert (kept[0], kept[-1]) == (0, 20_001)
    length = np.hypot(np.diff(x), np.diff(y)).sum()
    nearest = [np.hypot(x[kept] - a, y[kept] - b).min() for a, b in zip(x[::97], y[::97], strict=True)]
    assert max(nearest) <= length / 400
