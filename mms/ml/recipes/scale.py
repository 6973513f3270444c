"""Bring numbers to one scale."""

from collections.abc import Mapping
from typing import Any

from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.fill import Fill
from mms.ml.recipes.transformer import Kind, Transformer

_SCALERS = {"standard": StandardScaler, "robust": RobustScaler, "min-max": MinMaxScaler}


def _scale(parameters: Mapping[str, Value]) -> Any:
    return make_pipeline(Fill(all=False), _SCALERS[str(parameters["method"])]())


def _max_abs(parameters: Mapping[str, Value]) -> Any:
    return make_pipeline(Fill(all=False), MaxAbsScaler())


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
    _scale,
    after=True,
)

MAX_ABS = Transformer(
    "max_abs",
    "divides numbers by the largest one, so that they lie between -1 and 1; zeros stay zeros, as among words",
    frozenset({Kind.NUMBERS}),
    Kind.NUMBERS,
    (),
    _max_abs,
    takes_sparse=True,
    after=True,
)
