"""Bring numbers to one scale."""

from collections.abc import Mapping
from typing import Any

from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.transformer import Kind, Transformer

_SCALERS = {"standard": StandardScaler, "robust": RobustScaler, "min-max": MinMaxScaler}


def _make(parameters: Mapping[str, Value]) -> Any:
    return _SCALERS[str(parameters["method"])]()


SCALE = Transformer(
    "scale",
    "brings numbers to one scale, so that no column outweighs another by its unit",
    frozenset({Kind.NUMBERS}),
    Kind.NUMBERS,
    (
        Parameter(
            "method",
            "choice",
            "standard",
            choices=tuple(_SCALERS),
            explanation="standard: mean 0, deviation 1; robust: median 0, quartiles apart by 1; min-max: 0 to 1",
        ),
    ),
    _make,
)
