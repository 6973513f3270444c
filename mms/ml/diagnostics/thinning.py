"""Curves of many points, kept small without changing their shape."""

import numpy as np

POINTS = 500
"""A stored curve keeps at most this many points."""


def thinned(x: np.ndarray, y: np.ndarray, limit: int = POINTS) -> np.ndarray:
    """Positions of at most `limit` points of a curve: its ends, and corners at equal steps along its length.

    Inner points of straight stretches go first, which changes nothing. On a curve of length L (in units of the axes'
    ranges) no point that then goes lies further than L/limit from a point that stays.
    """
    kept = np.flatnonzero(_corners(x, y))
    if len(kept) <= limit:
        return kept
    x, y = x[kept], y[kept]
    walked = np.concatenate([[0.0], np.cumsum(np.hypot(_scaled(np.diff(x), x), _scaled(np.diff(y), y)))])
    steps = np.linspace(0.0, walked[-1], limit)
    picked: np.ndarray = kept[np.unique(np.searchsorted(walked, steps).clip(0, len(x) - 1))]
    return picked


def _corners(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    if len(x) < 3:
        return np.ones(len(x), dtype=bool)
    dx, dy = np.diff(x), np.diff(y)
    turn = dx[:-1] * dy[1:] - dx[1:] * dy[:-1]
    return np.concatenate([[True], np.abs(turn) > 1e-15, [True]])


def _scaled(steps: np.ndarray, values: np.ndarray) -> np.ndarray:
    span = float(np.ptp(values))
    return steps / span if span else steps
