"""Categories as numbers, for trees."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.preprocessing import OrdinalEncoder

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.transformer import Kind, Transformer


def _make(parameters: Mapping[str, Value]) -> Any:
    return OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=-1,
        encoded_missing_value=np.nan,
        max_categories=parameters["max_categories"],
    )


ORDINAL = Transformer(
    "ordinal",
    "numbers the categories in alphabetical order; unseen ones become -1, missing ones stay missing",
    frozenset({Kind.CATEGORIES}),
    Kind.NUMBERS,
    (
        Parameter(
            "max_categories",
            "integer",
            250,
            2,
            100_000,
            optional=True,
            scale="log",
            explanation="beyond this many, the rarest categories share one number",
        ),
    ),
    _make,
)
