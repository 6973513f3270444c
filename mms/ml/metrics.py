"""Scores of arrays, for every metric of a task."""

from collections.abc import Sequence

import numpy as np

from mms.domain.buckets import Sums
from mms.domain.projects import Task
from mms.ml.prediction import Predicted


def score_all(
    task: Task, truth: np.ndarray, predicted: Predicted, classes: Sequence[str], positive: str | None
) -> dict[str, float]:
    """Every metric of the task in stored units (greater is better); a metric the rows do not determine is left out."""
    raise NotImplementedError


def sums_of(task: Task, truth: np.ndarray, predicted: Predicted, classes: Sequence[str], positive: str | None) -> Sums:
    """The additive sums of labelled rows, as buckets keep them."""
    raise NotImplementedError
