"""Numbers as smooth curves."""

from collections.abc import Mapping
from typing import Any

from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer

from mms.domain.triples import Parameter, Value
from mms.ml.recipes.fill import Fill
from mms.ml.recipes.transformer import Kind, Transformer


def _make(parameters: Mapping[str, Value]) -> Any:
    splines = SplineTransformer(
        n_knots=parameters["knots"],
        degree=parameters["degree"],
        knots=parameters["knots_at"],
        extrapolation=parameters["beyond"],
        include_bias=False,
    )
    return make_pipeline(Fill(all=True), splines)


SPLINES = Transformer(
    "splines",
    "replaces a number by a few smooth bumps along its range, of which a linear model builds a curve",
    frozenset({Kind.NUMBERS}),
    Kind.NUMBERS,
    (
        Parameter("knots", "integer", 5, 2, 30, explanation="points where the curve may turn"),
        Parameter("degree", "integer", 3, 1, 5, explanation="how smooth the curve is; 1 is a broken line"),
        Parameter(
            "knots_at",
            "choice",
            "quantile",
            choices=("quantile", "uniform"),
            explanation="knots with equally many training rows between them, or equally far apart",
        ),
        Parameter(
            "beyond",
            "choice",
            "constant",
            choices=("constant", "linear"),
            explanation="how the curve goes on beyond the numbers of the training rows",
        ),
    ),
    _make,
)
