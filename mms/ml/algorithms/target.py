"""Learn a number on the scale of its own spread, where an estimator is not indifferent to the target's unit."""

from typing import Any, Self

from sklearn.compose import TransformedTargetRegressor
from sklearn.preprocessing import StandardScaler


class ScaledTarget(TransformedTargetRegressor):  # type: ignore[misc]
    """The regressor learns the target at mean 0 and deviation 1; answers come in the target's unit."""

    def __init__(self, regressor: Any) -> None:
        super().__init__(regressor, transformer=StandardScaler())

    def partial_fit(self, X: Any, y: Any) -> Self:
        """Learn on; the scale of the target stays what the first rows made it."""
        self.regressor_.partial_fit(X, self.transformer_.transform(y.reshape(-1, 1)).ravel())
        return self
