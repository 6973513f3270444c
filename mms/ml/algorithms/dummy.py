"""The baseline that looks at no feature: what is not better than it has learnt nothing."""

from collections.abc import Mapping
from typing import Any

from sklearn.dummy import DummyClassifier, DummyRegressor

from mms.domain.triples import BASELINE, Parameter, Value
from mms.ml.algorithms.algorithm import CLASSES, NUMBERS, Algorithm


def _classifier(parameters: Mapping[str, Value], seed: int) -> Any:
    return DummyClassifier(strategy=parameters["strategy"], random_state=seed)


def _regressor(parameters: Mapping[str, Value], seed: int) -> Any:
    return DummyRegressor(strategy=parameters["strategy"])


DUMMY_CLASSIFIER = Algorithm(
    BASELINE,
    "Baseline",
    "answers without looking at the features",
    CLASSES,
    (
        Parameter(
            "strategy",
            "choice",
            "prior",
            choices=("prior", "stratified", "uniform"),
            explanation="prior: the commonest class; stratified: at random by the classes' shares; uniform: a coin",
        ),
    ),
    {},
    _classifier,
    missing=True,
    rank=0,
)

DUMMY_REGRESSOR = Algorithm(
    BASELINE,
    "Baseline",
    "answers without looking at the features",
    NUMBERS,
    (Parameter("strategy", "choice", "mean", choices=("mean", "median"), explanation="the number it always answers"),),
    {},
    _regressor,
    missing=True,
    rank=0,
)
