"""Rows ranked by a score: what ROC and precision-recall curves are both counted from."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Ranked:
    """Scored rows of one model for one class against the rest.

    positive: (n,) bool, whether the row truly is of the class. score: (n,) float, higher means more likely.
    fold: (n,) int, the fold that validated the row.
    """

    model_id: int
    name: str
    class_name: str
    positive: np.ndarray
    score: np.ndarray
    fold: np.ndarray

    @property
    def drawable(self) -> bool:
        """Whether there are rows of the class and rows of the rest."""
        return bool(self.positive.any()) and not bool(self.positive.all())


def counted(positive: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Thresholds falling, with the true and the false positives at or above each: one entry per distinct score."""
    order = np.argsort(-score, kind="stable")
    positive, score = positive[order], score[order]
    last = np.concatenate([np.flatnonzero(np.diff(score)), [len(score) - 1]])
    hits = np.cumsum(positive)[last].astype(float)
    return score[last], hits, last + 1 - hits
