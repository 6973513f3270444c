"""Equal weight for rare classes, where an estimator's own 'balanced' falls short."""

from typing import Any, Self

import numpy as np
from sklearn.utils.class_weight import compute_sample_weight


def balanced_weights(y: Any) -> np.ndarray:
    """(n,) weights of rows that give every class of the labels `y` the same weight in all."""
    _, codes = np.unique(y, return_inverse=True)
    weights: np.ndarray = compute_sample_weight("balanced", codes)
    return weights


class Balanced:
    """Weighs rows itself: forests' own 'balanced' fails on labels that look like numbers (scikit-learn 1.9.1)."""

    class_weight: Any

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn. X: (n, features); y: (n,) labels."""
        asked = self.class_weight
        if asked == "balanced":
            sample_weight, self.class_weight = balanced_weights(y), None
        try:
            super().fit(X, y, sample_weight=sample_weight)  # type: ignore[misc]
        finally:
            self.class_weight = asked
        return self


class BalancedUpdates(Balanced):
    """The same for `partial_fit`, which refuses 'balanced': the rows of each call are balanced among themselves."""

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Learn on. classes: (k,) all labels, with the first call."""
        asked = self.class_weight
        if asked == "balanced":
            sample_weight, self.class_weight = balanced_weights(y), None
        try:
            super().partial_fit(X, y, classes, sample_weight)  # type: ignore[misc]
        finally:
            self.class_weight = asked
        return self
