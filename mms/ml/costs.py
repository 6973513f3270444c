"""What a run costs: a rough estimate of its wall time before it is launched."""

from collections.abc import Mapping, Sequence

from mms.domain.snapshots import FOLDS
from mms.domain.triples import Triple

_RECIPE_SECONDS_A_CELL = 6e-6
"""Seconds of a recipe on all parts by cells of the table; triples of one recipe share them.

All seconds here are of 12 expanding fits and a final one, scoring included, measured on one core with default
hyperparameters: 20,000 flights x 33 columns, and 8,000 made rows x 30 columns in the proportion of what both measured.
"""

_SECONDS_A_CELL: Mapping[str, float] = {
    "dummy": 5e-7,
    "naive_bayes": 2e-6,
    "multinomial_bayes": 1e-6,
    "complement_bayes": 1e-6,
    "bernoulli_bayes": 1e-6,
    "logistic": 4e-6,
    "ridge_classifier": 3e-6,
    "sgd": 6e-6,
    "passive_aggressive": 4e-6,
    "lda": 4e-6,
    "qda": 4e-6,
    "svm": 7e-6,
    "linear": 2e-6,
    "ridge": 2e-6,
    "lasso": 2e-6,
    "elastic_net": 2e-6,
    "bayesian_ridge": 3e-6,
    "huber": 4e-6,
    "poisson": 2e-6,
    "gamma": 2e-6,
    "neighbours": 1e-6,
    "tree": 4e-6,
    "forest": 7e-5,
    "extra_trees": 3.5e-5,
    "adaboost": 8e-5,
    "boosting": 1.8e-5,
    "mlp": 6e-5,
    "lightgbm": 1.5e-5,
    "xgboost": 2e-5,
}
_SECONDS_A_CELL_ELSE = 2e-5

_SECONDS_A_PAIR: Mapping[str, float] = {
    "neighbours": 1.6e-9,
    "svc": 1.5e-8,
    "svr": 2.5e-8,
    "kernel_ridge": 2.5e-8,
    "quantile": 3e-8,
}
"""Of those whose time grows with pairs of rows: seconds by pairs x columns."""

_LENGTHS = ("n_estimators", "max_iter")
"""Hyperparameters that the time of trees and networks grows with, 100 by default."""

_SLOW_A_CELL = 1e-5
"""Those that take longer than this a cell take it for their length."""

_SECONDS_A_FIT = 0.04
"""What a fit costs however few the rows."""


def estimated_seconds(triples: Sequence[Triple], rows: int, columns: int, cores: int = 1) -> float:
    """A rough estimate of a run's wall time in seconds (12 + 1 fits a triple), each recipe's work counted once."""
    recipes = len({triple.recipe.hash for triple in triples}) * _RECIPE_SECONDS_A_CELL * rows * columns
    return (recipes + sum(_seconds_of(triple, rows, columns) for triple in triples)) / cores


def _seconds_of(triple: Triple, rows: int, columns: int) -> float:
    a_cell = _SECONDS_A_CELL.get(triple.algorithm, _SECONDS_A_CELL_ELSE)
    if a_cell > _SLOW_A_CELL:
        lengths = [triple.hyperparameters[name] for name in _LENGTHS if name in triple.hyperparameters]
        a_cell *= next((length / 100 for length in lengths if isinstance(length, int)), 1.0)
    seconds = rows * columns * (a_cell + rows * _SECONDS_A_PAIR.get(triple.algorithm, 0.0))
    return seconds + _SECONDS_A_FIT * (FOLDS + 1)
