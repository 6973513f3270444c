"""Features that hardly change left out."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils.sparsefuncs import mean_variance_axis

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.selection import Selection, spread
from mms.ml.recipes.transformer import Kind, Transformer


class ByVariance(Selection):
    """Features whose variance among the training rows lies above a threshold."""

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold

    def _worth(self, X: Any, y: Any) -> np.ndarray:
        variance = mean_variance_axis(X, axis=0)[1] if sparse.issparse(X) else X.var(axis=0)
        return np.asarray(np.where(spread(X) == 0, 0.0, variance))  # the variance of equal numbers may round above 0

    def _enough(self, worth: np.ndarray) -> np.ndarray:
        return worth > self.threshold


def _make(parameters: Mapping[str, Value]) -> Any:
    return ByVariance(**parameters)  # type: ignore[arg-type]


VARIANCE = Transformer(
    "variance",
    "leaves out features that hardly change; the one that changes most always stays",
    frozenset({Kind.NUMBERS}),
    Kind.NUMBERS,
    (Parameter("threshold", "number", 0.0, 0.0, explanation="features of this variance or less are left out"),),
    _make,
    takes_sparse=True,
    after=True,
)
