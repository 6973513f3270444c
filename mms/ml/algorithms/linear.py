"""Weighted sums of features: logistic and ridge regression."""

from collections.abc import Mapping
from typing import Any

from sklearn.linear_model import LogisticRegression, Ridge

from mms.domain.triples import Parameter, Value
from mms.ml.algorithms.algorithm import CLASS_WEIGHT, CLASSES, NUMBERS, Algorithm


def _logistic(parameters: Mapping[str, Value], seed: int) -> Any:
    return LogisticRegression(
        C=parameters["C"],
        class_weight=parameters["class_weight"],
        max_iter=parameters["max_iter"],
        tol=1e-3,
        random_state=seed,
    )


def _ridge(parameters: Mapping[str, Value], seed: int) -> Any:
    return Ridge(alpha=parameters["alpha"], random_state=seed)


LOGISTIC = Algorithm(
    "logistic",
    "Logistic regression",
    "a weighted sum of the features, turned into a probability; simple, quick, easy to read",
    CLASSES,
    (
        Parameter("C", "number", 1.0, 1e-5, 1e5, scale="log", explanation="the smaller, the simpler the model"),
        CLASS_WEIGHT,
        Parameter("max_iter", "integer", 200, 10, 10_000, scale="log", explanation="steps of the search at most"),
    ),
    {"C": (0.01, 0.1, 1.0, 10.0)},
    _logistic,
)

RIDGE = Algorithm(
    "ridge",
    "Ridge regression",
    "a weighted sum of the features with small weights; simple, quick, easy to read",
    NUMBERS,
    (Parameter("alpha", "number", 1.0, 1e-6, 1e6, scale="log", explanation="the larger, the simpler the model"),),
    {"alpha": (0.1, 1.0, 10.0, 100.0)},
    _ridge,
)
