"""The features that a quick model uses."""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso
from sklearn.svm import LinearSVC

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.selection import Selection, best
from mms.ml.recipes.target import coded
from mms.ml.recipes.transformer import Kind, Transformer

_TREES = 50
_ZERO = 1e-5


class FromModel(Selection):
    """Features to which a model gives weight: a linear one with L1 penalty, or extra trees (more than the mean)."""

    def __init__(self, model: str, strength: float, most: int | None) -> None:
        self.model = model
        self.strength = strength
        self.most = most

    def _worth(self, X: Any, y: Any) -> np.ndarray:
        target, labels = coded(y)
        if self.model == "trees":
            forest = ExtraTreesRegressor if labels is None else ExtraTreesClassifier
            model = forest(n_estimators=_TREES, min_samples_leaf=2, random_state=0, n_jobs=1)
            return np.asarray(model.fit(X, target).feature_importances_)
        if labels is None:
            deviation = target.std() or 1.0
            linear, target = Lasso(alpha=0.01 / self.strength), (target - target.mean()) / deviation
        else:
            linear = LinearSVC(penalty="l1", dual=False, C=0.1 * self.strength, random_state=0)
        with warnings.catch_warnings():  # a search that stopped at its limit chooses all the same
            warnings.simplefilter("ignore", ConvergenceWarning)
            coefficients = np.atleast_2d(linear.fit(X, target).coef_)
        return np.asarray(np.abs(coefficients).sum(axis=0))

    def _enough(self, worth: np.ndarray) -> np.ndarray:
        enough = worth >= worth.mean() if self.model == "trees" else worth > _ZERO
        return enough if self.most is None else enough & best(worth, self.most)


def _make(parameters: Mapping[str, Value]) -> Any:
    return FromModel(**parameters)  # type: ignore[arg-type]


FROM_MODEL = Transformer(
    "from_model",
    "keeps the features that a quick model uses, judged together",
    frozenset({Kind.NUMBERS}),
    Kind.NUMBERS,
    (
        Parameter(
            "model",
            "choice",
            "linear",
            choices=("linear", "trees"),
            explanation="linear: with a penalty that sets weights to 0 (scale before); trees: above mean importance",
        ),
        Parameter(
            "strength",
            "number",
            1.0,
            0.001,
            1000.0,
            scale="log",
            explanation="of the linear model: the smaller, the fewer features stay",
        ),
        Parameter(
            "most", "integer", None, 1, 100_000, optional=True, scale="log", explanation="at most this many features"
        ),
    ),
    _make,
    takes_sparse=True,
    after=True,
)
