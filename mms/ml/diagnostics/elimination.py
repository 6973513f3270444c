"""Features taken away: those that weigh least first, or at random."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from mms.domain.diagnostics import Parameters
from mms.domain.errors import Invalid
from mms.domain.snapshots import FOLDS
from mms.ml import recipes
from mms.ml.algorithms import algorithm_named
from mms.ml.diagnostics.ground import Ground, Tables
from mms.ml.diagnostics.learning import points_of
from mms.ml.diagnostics.refits import checked_triple, count_of, some_folds
from mms.ml.fitting import target_of
from mms.ml.folds import Split
from mms.ml.recipes.features import Sides
from mms.ml.sharing.fits import fitted_on, importances
from mms.ml.sharing.pieces import Asked, Matrix, Part, matrix_of

SIZES = 8
"""Numbers of features that are tried, by factors from 1 to all."""

SHARES = (0.1, 0.25, 0.5, 0.75)
"""Shares of the features that are kept at random; all of them were fitted by the run."""


def eliminated(ground: Ground, parameters: Parameters) -> Tables:
    """Recursive feature elimination in each chosen fold by itself: fit, keep those that weigh most, fit again.

    parameters: folds. points: features, fold, n_train, metric, score, train_score (stored units). Where folds make
    features of different numbers, the least of them stands for all of each. Guyon et al. 2002; ranking inside the fold
    keeps its validation rows unseen. Invalid: an ensemble, or an algorithm that weighs none.
    """
    checked_triple(ground, "feature elimination")
    sizes = sizes_of(min(result.features for result in ground.folds if result.features))
    rows: list[Mapping[str, object]] = []
    for i, split in enumerate(some_folds(ground.splits, parameters["folds"])):
        matrix = matrix_of_fold(ground, split)
        ranked = np.arange(matrix.sides.fit.shape[1])
        for j, size in enumerate(sizes):
            ground.tell(i * len(sizes) + j)
            matrix = _kept(matrix, np.sort(ranked[:size])) if j else matrix
            fitted, result, _ = fitted_on(ground.triple, ground.seed, matrix, None, True)
            rows += points_of(result, {"features": size})
            ranked = _ranked(importances(fitted, matrix), matrix)
    return {"points": pd.DataFrame(rows)}


def dropped(ground: Ground, parameters: Parameters) -> Tables:
    """Fits on a random part of the features, another one in each fold; more of them hold all of fewer.

    parameters: folds. points: share, features, fold, n_train, metric, score, train_score (stored units); share 1 is
    what the run stored. Invalid: an ensemble.
    """
    checked_triple(ground, "dropping curve")
    stored = {result.fold: result for result in ground.folds}
    rows: list[Mapping[str, object]] = []
    for i, split in enumerate(some_folds(ground.splits, parameters["folds"])):
        matrix = matrix_of_fold(ground, split)
        count = matrix.sides.fit.shape[1]
        order = np.random.default_rng([ground.seed, split.fold]).permutation(count)
        for j, share in enumerate(SHARES):
            ground.tell(i * len(SHARES) + j)
            kept = np.sort(order[: max(1, round(share * count))])
            _, result, _ = fitted_on(ground.triple, ground.seed, _kept(matrix, kept), None, True)
            rows += points_of(result, {"share": share, "features": len(kept)})
        if split.fold in stored:
            rows += points_of(stored[split.fold], {"share": 1.0, "features": count})
    return {"points": pd.DataFrame(rows)}


def eliminating_fits(parameters: Parameters) -> int:
    """At most: one for each size and fold."""
    return SIZES * count_of(parameters, "folds", FOLDS)


def dropping_fits(parameters: Parameters) -> int:
    """One for each share and fold."""
    return len(SHARES) * count_of(parameters, "folds", FOLDS)


def sizes_of(count: int) -> list[int]:
    """At most SIZES numbers of features, by factors, from all of them down to 1."""
    return sorted({round(size) for size in np.geomspace(1, count, min(SIZES, count))}, reverse=True)


def matrix_of_fold(ground: Ground, split: Split) -> Matrix:
    """The recipe fitted on a fold's training rows."""
    instances, recipe = ground.instances, ground.triple.recipe
    asked = Asked(recipe, instances.columns, algorithm_named(ground.triple.algorithm, ground.task).missing)
    sources = [instances.features] * len(recipes.branches_of(recipe, instances.columns))
    part = Part(split.fold, split.train, split.validate)
    return matrix_of(asked, part, target_of(instances), [True] * len(sources), *sources)


def _kept(matrix: Matrix, columns: np.ndarray) -> Matrix:
    """The matrix with these of its columns."""
    names = matrix.names.split("\0")
    fit, train, validate = (
        None if side is None else side[:, columns]
        for side in (matrix.sides.fit, matrix.sides.train, matrix.sides.validate)
    )
    return replace(matrix, sides=Sides(fit, train, validate), names="\0".join(names[i] for i in columns))


def _ranked(told: Mapping[str, float], matrix: Matrix) -> np.ndarray:
    """Positions of the columns, those that weigh most first; what is not told weighs nothing. Invalid: none is."""
    if not told:
        raise Invalid("This algorithm does not tell what its features weigh, so none can be chosen to go.")
    weights = np.array([abs(told.get(name, 0.0)) for name in matrix.names.split("\0")])
    return np.argsort(-weights, kind="stable")
