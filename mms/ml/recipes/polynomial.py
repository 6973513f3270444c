"""Products of numbers."""

from collections.abc import Mapping
from math import comb
from typing import Any, Self

import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

from mms.domain.errors import Invalid
from mms.domain.triples import Parameter, Value
from mms.ml.recipes.fill import Fill
from mms.ml.recipes.transformer import Kind, Transformer

_MOST = 10_000
"""Products that a recipe may make: 20,000 rows of them take 1.6 GB."""


class Products(PolynomialFeatures):  # type: ignore[misc]
    """scikit-learn's PolynomialFeatures, which refuses to make more products than memory holds."""

    def fit(self, X: np.ndarray, y: Any = None) -> Self:
        """Count the products. X: (n, features), none missing. Invalid when they are too many."""
        columns, degree = X.shape[1], int(self.degree)
        if self.interaction_only:
            products = sum(comb(columns, d) for d in range(1, degree + 1))
        else:
            products = comb(columns + degree, degree) - 1
        if products > _MOST:
            raise Invalid(
                f"'polynomial' would make {products:,} products of {columns} columns, more than {_MOST:,}: "
                "name fewer columns, or choose a lower degree."
            )
        return super().fit(X, y)  # type: ignore[no-any-return]


def _make(parameters: Mapping[str, Value]) -> Any:
    products = Products(
        degree=parameters["degree"], interaction_only=parameters["interactions_only"], include_bias=False
    )
    return make_pipeline(Fill(all=True), products)


POLYNOMIAL = Transformer(
    "polynomial",
    "adds products of columns (and squares), so that a linear model sees what they do together",
    frozenset({Kind.NUMBERS}),
    Kind.NUMBERS,
    (
        Parameter("degree", "integer", 2, 2, 3, explanation="most factors of a product"),
        Parameter("interactions_only", "boolean", False, explanation="products of different columns, no squares"),
    ),
    _make,
)
