"""Diagnostics of models: each kind has one maker, from stored rows to small tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mms.domain.diagnostics import DiagnosticKind, Parameters
from mms.domain.projects import Task
from mms.ml.diagnostics import (
    alphas,
    boundaries,
    calibration,
    confusion,
    curves,
    dependence,
    domain,
    elimination,
    importances,
    influence,
    learning,
    permutation,
    residuals,
    slices,
    subgroups,
    thresholds,
    validation,
)
from mms.ml.diagnostics.ground import Ground, Tables


@dataclass(frozen=True, slots=True)
class Maker:
    """How a kind's tables are made.

    tasks: for which tasks. fits: how many it takes. make: raises Invalid where there are none, with the reason.
    in_job: it takes a worker, and is made when somebody asks for it, even where it needs no fits; otherwise the tables
    come from stored rows in a moment, and are made when a page first wants them.
    """

    tasks: frozenset[Task]
    fits: Callable[[Parameters], int]
    make: Callable[[Ground, Parameters], Tables]
    in_job: bool = False


def no_fits(_parameters: Parameters) -> int:
    """Of what is made from stored rows."""
    return 0


CLASSES = frozenset({Task.BINARY, Task.MULTICLASS})
BINARY = frozenset({Task.BINARY})
NUMBERS = frozenset({Task.REGRESSION})
ALL = CLASSES | NUMBERS

MAKERS: Mapping[DiagnosticKind, Maker] = {
    DiagnosticKind.ROC: Maker(CLASSES, no_fits, curves.roc),
    DiagnosticKind.PRECISION_RECALL: Maker(CLASSES, no_fits, curves.precision_recall),
    DiagnosticKind.GAINS: Maker(CLASSES, no_fits, curves.gains),
    DiagnosticKind.THRESHOLDS: Maker(BINARY, no_fits, thresholds.made),
    DiagnosticKind.CONFUSION: Maker(CLASSES, no_fits, confusion.made),
    DiagnosticKind.CALIBRATION: Maker(CLASSES, no_fits, calibration.made),
    DiagnosticKind.RESIDUALS: Maker(NUMBERS, no_fits, residuals.made),
    DiagnosticKind.IMPORTANCES: Maker(ALL, no_fits, importances.made),
    DiagnosticKind.SLICES: Maker(ALL, no_fits, slices.made),
    DiagnosticKind.SUBGROUPS: Maker(ALL, no_fits, subgroups.made),
    DiagnosticKind.PERMUTATION: Maker(ALL, permutation.fits, permutation.made, in_job=True),
    DiagnosticKind.DEPENDENCE: Maker(ALL, no_fits, dependence.made, in_job=True),
    DiagnosticKind.LEARNING_CURVE: Maker(ALL, learning.fits, learning.made, in_job=True),
    DiagnosticKind.VALIDATION_CURVE: Maker(ALL, validation.fits, validation.made, in_job=True),
    DiagnosticKind.FEATURE_ELIMINATION: Maker(ALL, elimination.eliminating_fits, elimination.eliminated, in_job=True),
    DiagnosticKind.FEATURE_DROPPING: Maker(ALL, elimination.dropping_fits, elimination.dropped, in_job=True),
    DiagnosticKind.ALPHA_PATH: Maker(NUMBERS, alphas.path_fits, alphas.path, in_job=True),
    DiagnosticKind.INFLUENCE: Maker(NUMBERS, no_fits, influence.made, in_job=True),
    DiagnosticKind.BOUNDARIES: Maker(CLASSES, no_fits, boundaries.made, in_job=True),
    DiagnosticKind.DOMAIN: Maker(ALL, domain.fits, domain.made, in_job=True),
}
"""Every kind that can be made."""
