"""The error of linear models along a path of alphas, found in one go for each fold."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.linear_model import enet_path

from mms.domain.diagnostics import Parameters
from mms.domain.errors import Invalid
from mms.domain.snapshots import FOLDS
from mms.ml.diagnostics.elimination import matrix_of_fold
from mms.ml.diagnostics.ground import Ground, Tables
from mms.ml.diagnostics.refits import checked_triple, count_of, some_folds

STEPS = 25
"""Alphas on the path."""

MOST_FEATURES = 2_000
"""More are not decomposed."""

Path = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""Centred features (n, d), centred target (n,), alphas -> coefficients (d, alphas)."""


def path(ground: Ground, parameters: Parameters) -> Tables:
    """Mean squared error on the validation rows of each chosen fold, for every alpha. parameters: folds.

    points: alpha, fold, error. Ridge: all alphas from one singular value decomposition; lasso and elastic net: the path
    of coordinate descent. Invalid: another algorithm, or more features than are decomposed.
    """
    checked_triple(ground, "path of alphas")
    walk, greatest = _walk(ground)
    alphas, rows = np.array([]), []
    for i, split in enumerate(some_folds(ground.splits, parameters["folds"])):
        ground.tell(i)
        matrix = matrix_of_fold(ground, split)
        fit, validate = dense(matrix.sides.fit), dense(matrix.sides.validate)
        truth, known = (np.asarray(side, dtype=np.float64) for side in (matrix.truth.fit, matrix.truth.validate))
        centre, middle = fit.mean(axis=0), truth.mean()
        fit, truth = fit - centre, truth - middle
        if not len(alphas):  # of the first fold, for all
            alphas = greatest(fit, truth) * np.logspace(0, -5, STEPS)
        guessed = (validate - centre) @ walk(fit, truth, alphas) + middle
        errors = ((guessed - known[:, None]) ** 2).mean(axis=0)
        rows += [{"alpha": a, "fold": split.fold, "error": e} for a, e in zip(alphas, errors, strict=True)]
    return {"points": pd.DataFrame(rows)}


def path_fits(parameters: Parameters) -> int:
    """One walk along the path for each fold."""
    return count_of(parameters, "folds", FOLDS)


def _walk(ground: Ground) -> tuple[Path, Callable[[np.ndarray, np.ndarray], float]]:
    """How the path is walked, and the alpha it begins at."""
    algorithm, given = ground.triple.algorithm, ground.triple.hyperparameters
    if algorithm == "ridge":
        return _ridge, lambda x, _y: 10.0 * float((x**2).sum(axis=0).max()) or 1.0
    shares: Mapping[str, float] = {"lasso": 1.0, "elastic_net": float(given.get("l1_ratio") or 0.5)}
    if algorithm not in shares:
        raise Invalid(f"'{algorithm}' has no path of alphas: ridge, lasso and elastic net have.")
    share = shares[algorithm]

    def walk(x: np.ndarray, y: np.ndarray, alphas: np.ndarray) -> np.ndarray:
        return np.asarray(enet_path(x, y, l1_ratio=share, alphas=alphas, max_iter=2_000)[1])

    return walk, lambda x, y: float(np.abs(x.T @ y).max()) / len(y) / share or 1.0


def _ridge(x: np.ndarray, y: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    left, sizes, right = np.linalg.svd(x, full_matrices=False)
    shrunk = sizes[:, None] / (sizes[:, None] ** 2 + alphas)
    return np.asarray(right.T @ (shrunk * (left.T @ y)[:, None]))


def dense(matrix: Any) -> np.ndarray:
    """Features as float64 (n, d); Invalid where there are more than MOST_FEATURES."""
    if matrix.shape[1] > MOST_FEATURES:
        raise Invalid(f"{matrix.shape[1]:,} features are too many for this check: it takes {MOST_FEATURES:,} at most.")
    return np.asarray(matrix.toarray() if sparse.issparse(matrix) else matrix, dtype=np.float64)
