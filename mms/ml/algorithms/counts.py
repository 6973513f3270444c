"""Regression of amounts that cannot be negative: counts, prices, durations."""

from typing import Any, Self

import numpy as np
from sklearn.linear_model import GammaRegressor, PoissonRegressor

from mms.domain.errors import Invalid
from mms.domain.triples import Parameter
from mms.ml.algorithms.algorithm import NUMBERS, Algorithm, maker

_ALPHA = Parameter("alpha", "number", 1.0, 0.0, 1e6, explanation="the larger, the simpler the model")
_ALPHAS = (0.001, 0.01, 0.1, 1.0, 10.0)


class _Amounts:
    """Learns the target over its mean, and answers no more than a row far outside can bear."""

    _takes_zero: bool
    _name: str

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn. y: (n,), 0 or more (Poisson), more than 0 (Gamma). Invalid: it holds others."""
        least = float(np.min(y))
        if least < 0 or (least == 0 and not self._takes_zero) or np.max(y) == 0:
            bound = "0 or more, some above it" if self._takes_zero else "above 0"
            raise Invalid(
                f"{self._name} regression takes a target {bound}; here the least is {least:g} and the greatest "
                f"{float(np.max(y)):g}: choose another algorithm, such as 'ridge'."
            )
        self.unit_ = float(np.mean(y))
        super().fit(X, np.asarray(y) / self.unit_, sample_weight)  # type: ignore[misc]
        return self

    def predict(self, X: Any) -> Any:
        """(n,) amounts; the exponent is bounded, so that a row unlike all others gives no infinite one."""
        return self.unit_ * np.exp(np.clip(self._linear_predictor(X), -50, 50))  # type: ignore[attr-defined]


class _Poisson(_Amounts, PoissonRegressor):  # type: ignore[misc]
    """Counts: the spread grows with the mean."""

    _takes_zero, _name = True, "Poisson"


class _Gamma(_Amounts, GammaRegressor):  # type: ignore[misc]
    """Amounts: the spread is a share of the mean."""

    _takes_zero, _name = False, "Gamma"


POISSON = Algorithm(
    "poisson",
    "Poisson regression",
    "estimates counts, 0 or more: each feature multiplies the answer; refuses a target below 0",
    NUMBERS,
    (_ALPHA,),
    {"alpha": (0.01, 0.1, 1.0)},
    maker(_Poisson, seeded=False, max_iter=300),
    large={"alpha": _ALPHAS},
    scaled=True,
    rank=2,
)

GAMMA = Algorithm(
    "gamma",
    "Gamma regression",
    "estimates amounts above 0, such as prices or durations: each feature multiplies the answer",
    NUMBERS,
    (_ALPHA,),
    {"alpha": (0.01, 0.1, 1.0)},
    maker(_Gamma, seeded=False, max_iter=300),
    large={"alpha": _ALPHAS},
    scaled=True,
    rank=2,
)
