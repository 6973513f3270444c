"""What fitted pipelines say of rows, in one shape for all tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mms.domain.models import Signature
from mms.domain.predictions import Answer
from mms.domain.projects import Task


@dataclass(frozen=True, slots=True)
class Predicted:
    """Answers for n rows. labels: (n,) str, classification; probabilities: (n, classes); values: (n,) regression."""

    labels: np.ndarray | None
    probabilities: np.ndarray | None
    values: np.ndarray | None

    def answers(self, classes: Sequence[str], positive: str | None) -> list[Answer]:
        """One record a row; score is the positive class's probability (binary) or the label's (multiclass)."""
        raise NotImplementedError


def predict_frame(
    pipeline: Any,
    frame: pd.DataFrame,
    task: Task,
    classes: Sequence[str],
    positive: str | None,
    threshold: float | None,
) -> Predicted:
    """Ask a fitted pipeline; binary labels follow the threshold on the positive class's probability.

    Estimators without predict_proba give their decision value through a logistic curve: it ranks, it is no probability.
    """
    raise NotImplementedError


def checked_frame(signature: Signature, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as a typed frame in the signature's column order; Invalid names a missing, extra or unparsable feature.

    A missing value is an explicit null; a missing key is refused.
    """
    raise NotImplementedError
