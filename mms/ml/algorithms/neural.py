"""A neural network: layers of weighted sums, bent in between."""

from collections.abc import Mapping
from typing import Any

from sklearn.neural_network import MLPClassifier, MLPRegressor

from mms.domain.triples import Parameter, Value
from mms.ml.algorithms.algorithm import CLASSES, NUMBERS, Algorithm
from mms.ml.algorithms.target import ScaledTarget

_PARAMETERS = (
    Parameter("layers", "integer", 1, 1, 5, explanation="how many layers lie between features and answer"),
    Parameter("units", "integer", 64, 1, 2000, scale="log", explanation="weighted sums in each layer"),
    Parameter("alpha", "number", 1e-3, 1e-8, 1e3, scale="log", explanation="the larger, the simpler the model"),
    Parameter("learning_rate_init", "number", 1e-3, 1e-5, 0.3, scale="log", explanation="how far one step goes"),
    Parameter("activation", "choice", "relu", choices=("relu", "tanh"), explanation="how each sum is bent"),
    Parameter("max_iter", "integer", 100, 1, 5000, scale="log", explanation="times through the rows at most"),
)
_GRID = {"units": (32, 128), "alpha": (1e-4, 1e-2)}
_LARGE = {
    "layers": (1, 2),
    "units": (32, 64, 128),
    "alpha": (1e-5, 1e-3, 0.1),
    "learning_rate_init": (3e-4, 1e-3, 3e-3),
}


def _arguments(parameters: Mapping[str, Value]) -> dict[str, Any]:
    arguments = dict(parameters)
    layers, units = arguments.pop("layers"), arguments.pop("units")
    return {**arguments, "hidden_layer_sizes": (units,) * int(layers or 1)}


def _classifier(parameters: Mapping[str, Value], seed: int) -> Any:
    return MLPClassifier(**_arguments(parameters), random_state=seed)


def _regressor(parameters: Mapping[str, Value], seed: int) -> Any:
    return ScaledTarget(MLPRegressor(**_arguments(parameters), random_state=seed))


MLP_CLASSIFIER = Algorithm(
    "mlp",
    "Neural network",
    "layers of weighted sums; finds what goes together by itself, wants many rows and some patience",
    CLASSES,
    _PARAMETERS,
    _GRID,
    _classifier,
    large=_LARGE,
    scaled=True,
    incremental=True,
    rank=9,
)

MLP_REGRESSOR = Algorithm(
    "mlp",
    "Neural network",
    "layers of weighted sums; finds what goes together by itself, wants many rows and some patience",
    NUMBERS,
    _PARAMETERS,
    _GRID,
    _regressor,
    large=_LARGE,
    scaled=True,
    incremental=True,
    rank=9,
)
