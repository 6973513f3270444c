"""What a decision threshold gives: right and wrong flags at every one of them, over all rows and fold by fold."""

import numpy as np
import pandas as pd

from mms.domain.diagnostics import Parameters
from mms.domain.errors import Invalid
from mms.ml.diagnostics.ground import Ground, Tables

FINE = np.arange(1001) / 1000
"""The thresholds of all rows together."""

COARSE = np.arange(101) / 100
"""The thresholds of each fold: 12 folds of them stay below the most rows of a table."""


def made(ground: Ground, _parameters: Parameters) -> Tables:
    """Tables counts (fine), folds (coarse, each with its fold) and summary; a row is flagged at or above a threshold.

    Columns of the first two: threshold, true_positives, false_positives, false_negatives, true_negatives.
    """
    name = ground.class_named(None)
    positive, score, fold = ground.scored(name)
    if not len(positive):
        raise Invalid("There are no out-of-fold rows: no threshold can be judged.")
    by_fold = [
        counted(positive[at], score[at], COARSE).assign(fold=int(number))
        for number in np.unique(fold)
        if (at := fold == number).any()
    ]
    summary = {"class": name, "rows": len(positive), "positives": int(positive.sum()), "folds": len(by_fold)}
    return {
        "counts": counted(positive, score, FINE),
        "folds": pd.concat(by_fold, ignore_index=True),
        "summary": pd.DataFrame([summary]),
    }


def counted(positive: np.ndarray, score: np.ndarray, at: np.ndarray) -> pd.DataFrame:
    """The confusion at each threshold; equals scikit-learn's confusion_matrix of score >= threshold."""
    hits = _at_or_above(score[positive], at)
    alarms = _at_or_above(score[~positive], at)
    return pd.DataFrame(
        {
            "threshold": at,
            "true_positives": hits,
            "false_positives": alarms,
            "false_negatives": int(positive.sum()) - hits,
            "true_negatives": int((~positive).sum()) - alarms,
        }
    )


def _at_or_above(score: np.ndarray, at: np.ndarray) -> np.ndarray:
    return len(score) - np.searchsorted(np.sort(score), at, side="left")
