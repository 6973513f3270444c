"""Weighted sums of features that estimate a number."""

from sklearn.linear_model import (
    BayesianRidge,
    ElasticNet,
    HuberRegressor,
    Lasso,
    LinearRegression,
    QuantileRegressor,
    Ridge,
)

from mms.domain.triples import Parameter
from mms.ml.algorithms.algorithm import NUMBERS, Algorithm, maker

_STEPS = 2000


def _alpha(default: float) -> Parameter:
    return Parameter(
        "alpha", "number", default, 1e-6, 1e6, scale="log", explanation="the larger, the simpler the model"
    )


LINEAR = Algorithm(
    "linear",
    "Linear regression",
    "a weighted sum of the features by least squares; nothing to set, easy to read, restless with many columns",
    NUMBERS,
    (),
    {},
    maker(LinearRegression, seeded=False, n_jobs=1),
    rank=1,
)

RIDGE = Algorithm(
    "ridge",
    "Ridge regression",
    "a weighted sum of the features with small weights; simple, quick, easy to read",
    NUMBERS,
    (_alpha(1.0),),
    {"alpha": (0.1, 1.0, 10.0, 100.0)},
    maker(Ridge),
    large={"alpha": (0.001, 0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0)},
    scaled=True,
    rank=1,
)

LASSO = Algorithm(
    "lasso",
    "Lasso",
    "a weighted sum that leaves features out where it can; says which columns matter",
    NUMBERS,
    (_alpha(0.1),),
    {"alpha": (0.01, 0.1, 1.0)},
    maker(Lasso, max_iter=_STEPS),
    large={"alpha": (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)},
    scaled=True,
    rank=1,
)

ELASTIC_NET = Algorithm(
    "elastic_net",
    "Elastic net",
    "between ridge and lasso: leaves features out, but keeps those that go together",
    NUMBERS,
    (
        _alpha(0.1),
        Parameter("l1_ratio", "number", 0.5, 0.01, 1.0, explanation="1 is the lasso, close to 0 nearly ridge"),
    ),
    {"alpha": (0.01, 0.1, 1.0), "l1_ratio": (0.2, 0.8)},
    maker(ElasticNet, max_iter=_STEPS),
    large={"alpha": (0.001, 0.01, 0.03, 0.1, 0.3, 1.0, 10.0), "l1_ratio": (0.1, 0.3, 0.5, 0.7, 0.9)},
    scaled=True,
    rank=1,
)


def _prior(name: str, of: str) -> Parameter:
    words = f"how firmly the {of} is believed to be small before any row was seen"
    return Parameter(name, "number", 1e-6, 1e-9, 1e3, scale="log", explanation=words)


BAYESIAN_RIDGE = Algorithm(
    "bayesian_ridge",
    "Bayesian ridge",
    "ridge regression that finds its own strength from the rows; little to set",
    NUMBERS,
    (_prior("alpha_2", "spread of the noise"), _prior("lambda_2", "spread of the weights")),
    {},
    maker(BayesianRidge, seeded=False),
    dense=True,
    large={"alpha_2": (1e-8, 1e-6, 1e-3), "lambda_2": (1e-8, 1e-6, 1e-3)},
    scaled=True,
    rank=1,
)

HUBER = Algorithm(
    "huber",
    "Huber regression",
    "a weighted sum that lets outliers of the target count less",
    NUMBERS,
    (
        Parameter(
            "epsilon", "number", 1.35, 1.0, 10.0, explanation="the smaller, the sooner an error counts as an outlier"
        ),
        Parameter("alpha", "number", 1e-4, 0.0, 1e4, explanation="the larger, the simpler the model"),
    ),
    {"epsilon": (1.1, 1.35, 2.0)},
    maker(HuberRegressor, seeded=False, max_iter=500),
    large={"epsilon": (1.05, 1.2, 1.35, 1.75, 2.5), "alpha": (1e-4, 0.01, 1.0)},
    scaled=True,
    rank=2,
)

QUANTILE = Algorithm(
    "quantile",
    "Quantile regression",
    "a weighted sum that estimates a quantile, by default the median; slow on many rows or wide text",
    NUMBERS,
    (
        Parameter("quantile", "number", 0.5, 0.01, 0.99, explanation="0.5 is the median, 0.9 a bound nine in ten keep"),
        Parameter("alpha", "number", 0.01, 0.0, 1e4, explanation="the larger, the fewer features it uses"),
    ),
    {"alpha": (0.0, 0.01, 0.1)},
    maker(QuantileRegressor, seeded=False, solver="highs"),
    large={"alpha": (0.0, 0.001, 0.01, 0.03, 0.1, 0.3, 1.0)},
    scaled=True,
    rank=2,
)
