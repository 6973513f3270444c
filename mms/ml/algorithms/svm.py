"""Support vector machines: the widest gap between classes, the narrowest tube around numbers."""

from collections.abc import Mapping
from typing import Any, Self

from sklearn.kernel_approximation import Nystroem
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC, LinearSVR

from mms.domain.triples import Parameter, Value
from mms.ml.algorithms.algorithm import CLASS_WEIGHT, CLASSES, NUMBERS, Algorithm

_LANDMARKS = 200

_C = Parameter("C", "number", 0.1, 1e-5, 1e4, scale="log", explanation="the smaller, the simpler the model")
_KERNEL = Parameter(
    "kernel",
    "choice",
    "linear",
    choices=("linear", "rbf"),
    explanation=f"linear: a flat border; rbf: a curved one, approximated by {_LANDMARKS} landmark rows (Nystroem)",
)
_GRID = {"C": (0.01, 0.1, 1.0), "kernel": ("linear", "rbf")}
_LARGE = {"C": (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 10.0), "kernel": ("linear", "rbf")}


def _with_kernel(machine: Any, parameters: Mapping[str, Value], seed: int) -> Any:
    """A true rbf machine takes minutes on 20,000 rows; a linear one on landmark similarities takes a second."""
    if parameters["kernel"] == "linear":
        return machine
    return make_pipeline(_Landmarks(kernel="rbf", n_components=_LANDMARKS, random_state=seed), machine)


class _Landmarks(Nystroem):  # type: ignore[misc]
    """Nystroem with no more landmarks than there are rows to take them from."""

    n_components: int

    def fit(self, X: Any, y: Any = None) -> Self:
        """Choose the landmarks among the rows."""
        asked, self.n_components = self.n_components, min(self.n_components, X.shape[0])
        try:
            super().fit(X, y)
        finally:
            self.n_components = asked
        return self


def _classifier(parameters: Mapping[str, Value], seed: int) -> Any:
    machine = LinearSVC(
        C=parameters["C"],
        class_weight=parameters["class_weight"],
        dual=False,
        tol=1e-3,
        max_iter=1000,
        random_state=seed,
    )
    return _with_kernel(machine, parameters, seed)


def _regressor(parameters: Mapping[str, Value], seed: int) -> Any:
    machine = LinearSVR(
        C=parameters["C"],
        epsilon=parameters["epsilon"],
        loss="squared_epsilon_insensitive",
        dual=False,
        tol=1e-3,
        max_iter=1000,
        random_state=seed,
    )
    return _with_kernel(machine, parameters, seed)


SVM_CLASSIFIER = Algorithm(
    "svm",
    "Support vector machine",
    "looks for the border with the widest gap between the classes; it ranks, but gives no probabilities",
    CLASSES,
    (_C, CLASS_WEIGHT, _KERNEL),
    _GRID,
    _classifier,
    large=_LARGE,
    scaled=True,
    probabilities=False,
    rank=3,
)

SVM_REGRESSOR = Algorithm(
    "svm",
    "Support vector machine",
    "fits a weighted sum of the features that forgives small errors",
    NUMBERS,
    (
        _C,
        Parameter(
            "epsilon", "number", 0.0, 0.0, 1e9, explanation="errors up to this size, in the target's units, are free"
        ),
        _KERNEL,
    ),
    _GRID,
    _regressor,
    large=_LARGE,
    scaled=True,
    rank=3,
)
