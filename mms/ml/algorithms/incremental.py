"""Weighted sums learned row by row: quick on many rows, and able to learn on from new ones."""

from collections.abc import Mapping
from typing import Any

from sklearn.linear_model import SGDClassifier, SGDRegressor

from mms.domain.triples import Parameter, Value
from mms.ml.algorithms.algorithm import CLASS_WEIGHT, CLASSES, NUMBERS, Algorithm, maker
from mms.ml.algorithms.balanced import BalancedUpdates
from mms.ml.algorithms.target import ScaledTarget

_ALPHA = Parameter("alpha", "number", 1e-4, 1e-8, 10.0, scale="log", explanation="the larger, the simpler the model")
_PENALTY = Parameter(
    "penalty",
    "choice",
    "l2",
    choices=("l2", "l1", "elasticnet"),
    explanation="l2: small weights; l1: few weights; elasticnet: between the two",
)
_MAX_ITER = Parameter("max_iter", "integer", 100, 1, 10_000, scale="log", explanation="times through the rows at most")
_ALPHAS = (1e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 1e-2)


class _Classifier(BalancedUpdates, SGDClassifier):  # type: ignore[misc]
    """A linear border, moved a little by every row."""


def _regressor(parameters: Mapping[str, Value], seed: int) -> Any:
    return ScaledTarget(SGDRegressor(**parameters, random_state=seed))


SGD_CLASSIFIER = Algorithm(
    "sgd",
    "Stochastic gradient descent",
    "a weighted sum learned row by row; quick on many rows and on wide text, learns on from new rows",
    CLASSES,
    (
        Parameter(
            "loss",
            "choice",
            "log_loss",
            choices=("log_loss", "modified_huber", "hinge"),
            explanation="log_loss: as logistic regression; modified_huber: forgives outliers; hinge: as a support "
            "vector machine, without probabilities",
        ),
        _ALPHA,
        _PENALTY,
        CLASS_WEIGHT,
        _MAX_ITER,
    ),
    {"alpha": (1e-5, 1e-4, 1e-3)},
    maker(_Classifier, n_jobs=1),
    large={"alpha": _ALPHAS, "loss": ("log_loss", "modified_huber"), "penalty": ("l2", "elasticnet")},
    scaled=True,
    incremental=True,
    rank=2,
)

SGD_REGRESSOR = Algorithm(
    "sgd",
    "Stochastic gradient descent",
    "a weighted sum learned row by row; quick on many rows and on wide text, learns on from new rows",
    NUMBERS,
    (
        Parameter(
            "loss",
            "choice",
            "squared_error",
            choices=("squared_error", "huber", "epsilon_insensitive"),
            explanation="squared_error: as ridge regression; huber, epsilon_insensitive: forgive outliers",
        ),
        _ALPHA,
        _PENALTY,
        _MAX_ITER,
    ),
    {"alpha": (1e-5, 1e-4, 1e-3)},
    _regressor,
    large={"alpha": _ALPHAS, "loss": ("squared_error", "huber"), "penalty": ("l2", "elasticnet")},
    scaled=True,
    incremental=True,
    rank=2,
)

PASSIVE_AGGRESSIVE = Algorithm(
    "passive_aggressive",
    "Passive-aggressive",
    "moves its border only for rows it gets wrong, as far as they need; quick on wide text, learns on from new rows",
    CLASSES,
    (
        Parameter("eta0", "number", 0.01, 1e-6, 1e3, scale="log", explanation="how far one row may move the border"),
        CLASS_WEIGHT,
        _MAX_ITER,
    ),
    {"eta0": (0.001, 0.01, 0.1, 1.0)},
    maker(_Classifier, loss="hinge", penalty=None, learning_rate="pa1", n_jobs=1),
    large={"eta0": (1e-4, 0.001, 0.003, 0.01, 0.03, 0.1, 1.0), "class_weight": ("balanced", None)},
    scaled=True,
    probabilities=False,
    incremental=True,
    rank=2,
)
