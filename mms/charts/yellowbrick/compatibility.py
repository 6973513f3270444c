"""Yellowbrick 1.5 on today's libraries: only names inside `yellowbrick` change, numpy and matplotlib stay as they are.

Yellowbrick 1.5 (2022) asks for `distutils`, which Python 3.12 took away; for names that numpy, matplotlib and
scikit-learn have dropped since; reads a private function of scikit-learn whose result changed its shape in 1.8 and 1.9;
and sets 37 rcParams of the whole process when it is imported.
"""

import sys
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from inspect import isclass
from types import ModuleType
from typing import Any

import matplotlib as mpl
import numpy as np
from sklearn.utils import get_tags


class LooseVersion:
    """As much of distutils' class as Yellowbrick compares: the leading numbers of a version."""

    def __init__(self, text: str) -> None:
        self.numbers = [int(part) for part in text.split(".") if part.isdecimal()]

    def __ge__(self, other: str) -> bool:
        return self.numbers >= LooseVersion(other).numbers


class Amended(ModuleType):
    """A module as one of Yellowbrick's sees it: with names that it has lost, else unchanged."""

    def __init__(self, module: Any, **names: Any) -> None:
        super().__init__(module.__name__)
        vars(self).update(names, _module=module)

    def __getattr__(self, name: str) -> Any:
        return getattr(vars(self)["_module"], name)


@cache
def visualizer(package: str, name: str) -> Any:
    """A class of Yellowbrick, mended: visualizer("classifier", "ROCAUC").

    Call it inside a canvas: importing touches global state, which is put back. Packages are imported when they are
    first asked for, since `text` brings a compiler along where umap-learn is installed.
    """
    _stand_in_for_distutils()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import_module("yellowbrick").reset_orig()
        found = getattr(import_module(f"yellowbrick.{package}"), name)
    _mend()
    return found


def _mend() -> None:
    """Put the mends into whatever of Yellowbrick is loaded by now; a second time changes nothing."""
    for module_name, module in list(sys.modules.items()):
        if module_name.partition(".")[0] != "yellowbrick" or module is None:
            continue
        vars(module).update(_MENDS.get(module_name, {}))
        for name, kind in _KINDS.items():
            if name in vars(module):
                setattr(module, name, kind)


def _checked_targets(truth: Any, predicted: Any) -> tuple[str, np.ndarray, np.ndarray]:
    """Kind of target, truth, prediction: the three values Yellowbrick unpacks. The naive mend, the first three results
    of today's private function, draws a perfect model."""
    truth, predicted = np.asarray(truth), np.asarray(predicted)
    kind = "binary" if len(np.union1d(truth, predicted)) <= 2 else "multiclass"
    return kind, truth, predicted


def _is_a(kind: str) -> Callable[[Any], bool]:
    """Whether an estimator, or the estimator in a visualizer, is of this kind: what `_estimator_type` said to 1.7."""

    def is_kind(model: Any) -> bool:
        while type(model).__module__.startswith("yellowbrick.") and hasattr(model, "estimator"):
            model = model.estimator
        told = getattr(model, "_estimator_type", None)
        if told is None and not isclass(model):
            told = get_tags(model).estimator_type
        return bool(told == kind)

    return is_kind


def _colormap(name: Any = None) -> Any:
    return name if isinstance(name, mpl.colors.Colormap) else mpl.colormaps[name or mpl.rcParams["image.cmap"]]


def _percentile(values: Any, share: float, interpolation: str = "linear") -> Any:
    return np.percentile(values, share, method=interpolation)  # type: ignore[call-overload]


def _stack(arrays: Any, **options: Any) -> Any:
    return np.stack(list(arrays), **options)


_CM = Amended(mpl.cm, get_cmap=_colormap)

_MENDS: Mapping[str, Mapping[str, Any]] = {
    "yellowbrick.classifier.class_prediction_error": {"_check_targets": _checked_targets},
    "yellowbrick.style.colors": {"cm": _CM},
    "yellowbrick.features.base": {"mpl": Amended(mpl, cm=_CM)},
    "yellowbrick.cluster.icdm": {"np": Amended(np, percentile=_percentile)},
    "yellowbrick.utils.helpers": {"np": Amended(np, in1d=np.isin)},
    "yellowbrick.contrib.missing.dispersion": {"np": Amended(np, string_=np.bytes_, unicode_=np.str_)},
    "yellowbrick.text.dispersion": {"np": Amended(np, stack=_stack)},
}
"""By module, what its own names are to mean."""

_KINDS = {
    alias: _is_a(kind) for kind in ("classifier", "regressor", "clusterer") for alias in (f"is_{kind}", f"is{kind}")
}
"""What Yellowbrick asks about an estimator, wherever it has imported the question."""


def _stand_in_for_distutils() -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import_module("distutils.version")
    except ImportError:
        package, version = ModuleType("distutils"), ModuleType("distutils.version")
        version.LooseVersion = LooseVersion  # type: ignore[attr-defined]
        sys.modules |= {"distutils": package, "distutils.version": version}
