"""One column of 0 and 1 for each category."""

from collections.abc import Mapping
from typing import Any

from sklearn.preprocessing import OneHotEncoder

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.transformer import Kind, Transformer


def _make(parameters: Mapping[str, Value]) -> Any:
    return OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        min_frequency=parameters["min_frequency"] or None,
        max_categories=parameters["max_categories"],
    )


ONE_HOT = Transformer(
    "one_hot",
    "makes a column of 0 and 1 for each category; rare and unseen ones share a column",
    frozenset({Kind.CATEGORIES, Kind.NUMBERS}),
    Kind.NUMBERS,
    (
        Parameter(
            "min_frequency", "number", 0.01, 0.0, 0.5, explanation="categories rarer than this share of rows are lumped"
        ),
        Parameter(
            "max_categories",
            "integer",
            30,
            2,
            1000,
            optional=True,
            scale="log",
            explanation="at most this many columns for one column of categories",
        ),
    ),
    _make,
    sparse=True,
)
