"""Fill what is missing."""

from collections.abc import Mapping
from typing import Any

from sklearn.impute import SimpleImputer

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.transformer import Kind, Transformer


def _numbers(parameters: Mapping[str, Value]) -> Any:
    return SimpleImputer(
        strategy=parameters["strategy"],
        fill_value=parameters["fill_value"],
        add_indicator=parameters["indicator"],
        keep_empty_features=True,
    )


def _categories(parameters: Mapping[str, Value]) -> Any:
    return SimpleImputer(strategy=parameters["strategy"], fill_value="(missing)", keep_empty_features=True)


IMPUTE = Transformer(
    "impute",
    "fills missing numbers and, if wished, says in a column of its own where they were missing",
    frozenset({Kind.NUMBERS}),
    Kind.NUMBERS,
    (
        Parameter(
            "strategy",
            "choice",
            "median",
            choices=("median", "mean", "most_frequent", "constant"),
            explanation="what is filled in",
        ),
        Parameter("fill_value", "number", 0.0, explanation="the number of the strategy 'constant'"),
        Parameter("indicator", "boolean", True, explanation="add a column that is 1 where the value was missing"),
    ),
    _numbers,
)

IMPUTE_CATEGORY = Transformer(
    "impute_category",
    "fills missing categories with the most frequent one, or with a category of their own",
    frozenset({Kind.CATEGORIES}),
    Kind.CATEGORIES,
    (
        Parameter(
            "strategy",
            "choice",
            "constant",
            choices=("constant", "most_frequent"),
            explanation="'constant' makes missing a category of its own",
        ),
    ),
    _categories,
)
