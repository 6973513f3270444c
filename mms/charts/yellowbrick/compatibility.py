"""Yellowbrick 1.5 on today's libraries: only names inside `yellowbrick` change, numpy and matplotlib stay as they are.

Yellowbrick 1.5 (2022) asks for `distutils`, which Python 3.12 took away; reads a private function of scikit-learn whose
result changed its shape in 1.8 and 1.9; and sets 37 rcParams of the whole process when it is imported.
"""

import sys
import warnings
from functools import cache
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np


class LooseVersion:
    """As much of distutils' class as Yellowbrick compares: the leading numbers of a version."""

    def __init__(self, text: str) -> None:
        self.numbers = [int(part) for part in text.split(".") if part.isdecimal()]

    def __ge__(self, other: str) -> bool:
        return self.numbers >= LooseVersion(other).numbers


@cache
def visualizers() -> SimpleNamespace:
    """The visualizers we draw with, mended: ClassificationReport, ClassPredictionError, ResidualsPlot, PredictionError.

    Call it under the lock of the drawing module: importing touches global state, which is put back.
    """
    _stand_in_for_distutils()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import_module("yellowbrick").reset_orig()
        classifier, regressor = import_module("yellowbrick.classifier"), import_module("yellowbrick.regressor")
    # The module's own name for the private function; the naive mend, its first three results, draws a perfect model.
    vars(import_module("yellowbrick.classifier.class_prediction_error"))["_check_targets"] = _checked_targets
    return SimpleNamespace(
        ClassificationReport=classifier.ClassificationReport,
        ClassPredictionError=classifier.ClassPredictionError,
        ResidualsPlot=regressor.ResidualsPlot,
        PredictionError=regressor.PredictionError,
    )


def _checked_targets(truth: Any, predicted: Any) -> tuple[str, np.ndarray, np.ndarray]:
    """Kind of target, truth, prediction: the three values Yellowbrick unpacks."""
    truth, predicted = np.asarray(truth), np.asarray(predicted)
    kind = "binary" if len(np.union1d(truth, predicted)) <= 2 else "multiclass"
    return kind, truth, predicted


def _stand_in_for_distutils() -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import_module("distutils.version")
    except ImportError:
        package, version = ModuleType("distutils"), ModuleType("distutils.version")
        version.LooseVersion = LooseVersion  # type: ignore[attr-defined]
        sys.modules |= {"distutils": package, "distutils.version": version}
