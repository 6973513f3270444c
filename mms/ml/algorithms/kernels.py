"""Exact kernel machines: curved borders and surfaces, for small tables."""

from collections.abc import Mapping
from typing import Any, Self

from sklearn.kernel_ridge import KernelRidge
from sklearn.svm import SVC, SVR

from mms.domain.errors import Invalid
from mms.domain.triples import Parameter, Value
from mms.ml.algorithms.algorithm import CLASS_WEIGHT, CLASSES, NUMBERS, Algorithm
from mms.ml.algorithms.target import ScaledTarget

MOST_PAIRED = 10_000
"""Rows of which kernel ridge holds every pair: 800 MB."""

_CACHE_MB = 200
_C = Parameter("C", "number", 1.0, 1e-4, 1e5, scale="log", explanation="the smaller, the simpler the model")


def _gamma(explanation: str) -> Parameter:
    return Parameter("gamma", "number", None, 1e-6, 1e3, optional=True, scale="log", explanation=explanation)


_GAMMA = _gamma("the larger, the more local the curves; none: by the number of features and their spread")
_RBF_GRID = {"C": (0.3, 1.0, 10.0), "gamma": (None, 0.01)}
_RBF_LARGE = {"C": (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0), "gamma": (None, 0.001, 0.003, 0.01, 0.03, 0.1)}


def _arguments(parameters: Mapping[str, Value]) -> dict[str, Any]:
    gamma = parameters["gamma"]
    return {**parameters, "gamma": "scale" if gamma is None else gamma, "cache_size": _CACHE_MB}


def _classifier(parameters: Mapping[str, Value], seed: int) -> Any:
    return SVC(**_arguments(parameters), random_state=seed)


def _regressor(parameters: Mapping[str, Value], seed: int) -> Any:
    return ScaledTarget(SVR(**_arguments(parameters)))


class _KernelRidge(KernelRidge):  # type: ignore[misc]
    """Refuses more pairs of rows than memory holds."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn. X: (n, features), at most `MOST_PAIRED` rows."""
        if X.shape[0] > MOST_PAIRED:
            raise Invalid(
                f"Kernel ridge holds every pair of rows, so it takes at most {MOST_PAIRED:,}; these are "
                f"{X.shape[0]:,}: choose 'svm' with the rbf kernel, or fewer rows."
            )
        super().fit(X, y, sample_weight)
        return self


def _kernel_ridge(parameters: Mapping[str, Value], seed: int) -> Any:
    return ScaledTarget(_KernelRidge(kernel="rbf", **parameters))


SVC_RBF = Algorithm(
    "svc",
    "Kernel support vectors",
    "the exact curved border with the widest gap; strong on small tables, slow beyond 10,000 rows, no probabilities",
    CLASSES,
    (_C, _GAMMA, CLASS_WEIGHT),
    _RBF_GRID,
    _classifier,
    large=_RBF_LARGE,
    scaled=True,
    probabilities=False,
    rank=6,
)

SVR_RBF = Algorithm(
    "svr",
    "Kernel support vectors",
    "an exact curved surface that forgives small errors; strong on small tables, slow beyond 10,000 rows",
    NUMBERS,
    (
        _C,
        _GAMMA,
        Parameter(
            "epsilon", "number", 0.1, 0.0, 10.0, explanation="errors up to this share of the target's spread are free"
        ),
    ),
    _RBF_GRID,
    _regressor,
    large={**_RBF_LARGE, "epsilon": (0.05, 0.2)},
    scaled=True,
    rank=6,
)

KERNEL_RIDGE = Algorithm(
    "kernel_ridge",
    "Kernel ridge",
    f"ridge regression with curves, in one step; for up to {MOST_PAIRED:,} rows",
    NUMBERS,
    (
        Parameter("alpha", "number", 1.0, 1e-6, 1e4, scale="log", explanation="the larger, the simpler the model"),
        _gamma("the larger, the more local the curves; none: one over the number of features"),
    ),
    {"alpha": (0.1, 1.0), "gamma": (None, 0.01)},
    _kernel_ridge,
    large={"alpha": (0.001, 0.01, 0.1, 1.0, 10.0), "gamma": (None, 0.001, 0.003, 0.01, 0.03, 0.1)},
    scaled=True,
    rank=6,
)
