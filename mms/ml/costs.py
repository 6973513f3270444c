"""What a run costs: a rough estimate of its wall time before it is launched."""

from collections.abc import Mapping, Sequence

from mms.domain.snapshots import FOLDS
from mms.domain.triples import BASELINE, Triple

_SECONDS_A_CELL: Mapping[str, float] = {
    BASELINE: 6e-6,
    "naive_bayes": 8e-6,
    "logistic": 1e-5,
    "ridge": 8e-6,
    "svm": 1.3e-5,
    "neighbours": 6e-6,
    "tree": 9e-6,
    "forest": 7.5e-5,
    "extra_trees": 4e-5,
    "boosting": 2.4e-5,
}
"""Seconds of 12 expanding fits and a final one, recipe and scoring included, by cells of the table.

Measured on one core with 20,000 flights x 33 columns and default hyperparameters.
"""

_SECONDS_A_PAIR = 1.6e-9
"""Neighbours compare every row with every other: seconds by pairs of rows x columns."""

_LENGTHS: Mapping[str, str] = {"forest": "n_estimators", "extra_trees": "n_estimators", "boosting": "max_iter"}
"""The hyperparameter that the time of an algorithm grows with, 100 by default."""

_SECONDS_A_FIT = 0.04
"""What a fit costs however few the rows."""


def estimated_seconds(triples: Sequence[Triple], rows: int, columns: int, cores: int = 1) -> float:
    """A rough estimate of a run's wall time in seconds (12 + 1 fits a triple)."""
    return sum(_seconds_of(triple, rows, columns) for triple in triples) / cores


def _seconds_of(triple: Triple, rows: int, columns: int) -> float:
    cells = rows * columns
    seconds = _SECONDS_A_CELL.get(triple.algorithm, 2e-5) * cells
    if triple.algorithm == "neighbours":
        seconds += _SECONDS_A_PAIR * rows * cells
    length = triple.hyperparameters.get(_LENGTHS.get(triple.algorithm, ""))
    if isinstance(length, int):
        seconds *= length / 100
    return seconds + _SECONDS_A_FIT * (FOLDS + 1)
