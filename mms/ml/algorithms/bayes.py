"""Naive Bayes: every feature by itself."""

from collections.abc import Mapping
from typing import Any

from sklearn.naive_bayes import GaussianNB

from mms.domain.triples import Parameter, Value
from mms.ml.algorithms.algorithm import CLASSES, Algorithm


def _make(parameters: Mapping[str, Value], seed: int) -> Any:
    return GaussianNB(var_smoothing=parameters["var_smoothing"])


NAIVE_BAYES = Algorithm(
    "naive_bayes",
    "Naive Bayes",
    "judges each feature by itself, as if bell-shaped in each class; very quick, overconfident",
    CLASSES,
    (
        Parameter(
            "var_smoothing",
            "number",
            1e-2,
            1e-12,
            1.0,
            scale="log",
            explanation="share of the largest variance that is added to all, for calmer answers",
        ),
    ),
    {"var_smoothing": (1e-9, 1e-4, 1e-2, 1e-1)},
    _make,
    dense=True,
)
