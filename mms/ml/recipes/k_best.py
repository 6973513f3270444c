"""The features that tell most about the target, each by itself."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_selection import chi2, f_classif, mutual_info_classif, mutual_info_regression, r_regression

from mms.domain.errors import Invalid
from mms.domain.triples import Parameter, Value
from mms.ml.recipes.selection import Selection, best, spread
from mms.ml.recipes.target import coded
from mms.ml.recipes.transformer import Kind, Transformer

_NEIGHBOURS = 3


class KBest(Selection):
    """The k features with the best score; constant ones come last."""

    def __init__(self, k: int, score: str) -> None:
        self.k = k
        self.score = score

    def _worth(self, X: Any, y: Any) -> np.ndarray:
        target, labels = coded(y)
        varied = np.flatnonzero(spread(X) > 0)
        worth = np.full(X.shape[1], np.nan)
        if len(varied):
            with np.errstate(divide="ignore", invalid="ignore"):
                worth[varied] = _SCORES[self.score](X[:, varied], target, labels is not None)
        return worth

    def _enough(self, worth: np.ndarray) -> np.ndarray:
        return best(worth, self.k)


def _f(X: Any, target: np.ndarray, is_classes: bool) -> np.ndarray:
    """For numbers the correlation, which orders features as its F does, and cannot overflow where it is perfect."""
    return np.asarray(f_classif(X, target)[0] if is_classes else np.abs(r_regression(X, target)))


def _chi2(X: Any, target: np.ndarray, is_classes: bool) -> np.ndarray:
    if not is_classes:
        raise Invalid("'k_best' by chi2 is for classes: choose f or mutual_information for a target of numbers.")
    if X.min() < 0:
        raise Invalid("'k_best' by chi2 takes counts and other numbers from 0 on: choose f or mutual_information.")
    return np.asarray(chi2(X, target)[0])


def _mutual_information(X: Any, target: np.ndarray, is_classes: bool) -> np.ndarray:
    """Words (a sparse matrix) count as present or not: their weights are too many. Classes of one row tell nothing."""
    if is_classes and np.bincount(target).max() < 2:
        return np.zeros(X.shape[1])
    measure = mutual_info_classif if is_classes else mutual_info_regression
    given = X.astype(bool).astype(np.float64) if sparse.issparse(X) else X
    neighbours = min(_NEIGHBOURS, len(target) - 1)
    return np.asarray(measure(given, target, n_neighbors=neighbours, random_state=0))


_SCORES: Mapping[str, Callable[[Any, np.ndarray, bool], np.ndarray]] = {
    "f": _f,
    "chi2": _chi2,
    "mutual_information": _mutual_information,
}


def _make(parameters: Mapping[str, Value]) -> Any:
    return KBest(**parameters)  # type: ignore[arg-type]


K_BEST = Transformer(
    "k_best",
    "keeps the features that tell most about the target, each judged by itself",
    frozenset({Kind.NUMBERS}),
    Kind.NUMBERS,
    (
        Parameter("k", "integer", 50, 1, 100_000, scale="log", explanation="features kept; all where there are fewer"),
        Parameter(
            "score",
            "choice",
            "f",
            choices=tuple(_SCORES),
            explanation="f: difference of means or straight line; chi2: counts by class, none below 0; "
            "mutual_information: any shape, slow",
        ),
    ),
    _make,
    takes_sparse=True,
    after=True,
)
