"""Diagnostics: stored visual checks of a model or a snapshot, data first, picture second."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from mms.domain.canonical import canonical_json, digest
from mms.domain.errors import Invalid, NotFound
from mms.domain.jobs import JobState
from mms.domain.subjects import Subject

Parameters = Mapping[str, Any]
"""What a check is asked with, as JSON: which class, how many repeats."""


class DiagnosticKind(StrEnum):
    """What is checked. Each kind has its tables, made by one maker of `mms.ml.diagnostics`."""

    ROC = "roc"
    PRECISION_RECALL = "precision recall"
    THRESHOLDS = "thresholds"
    CONFUSION = "confusion"
    CALIBRATION = "calibration"
    GAINS = "gains"
    RESIDUALS = "residuals"
    IMPORTANCES = "importances"
    PERMUTATION = "permutation importance"
    DEPENDENCE = "partial dependence"
    LEARNING_CURVE = "learning curve"
    VALIDATION_CURVE = "validation curve"
    SLICES = "error slices"
    SUBGROUPS = "subgroups"
    FEATURE_ELIMINATION = "feature elimination"
    FEATURE_DROPPING = "feature dropping"
    ALPHA_PATH = "alpha path"
    INFLUENCE = "influence"
    BOUNDARIES = "boundaries"
    DOMAIN = "domain classifier"


DEFAULTS: Mapping[DiagnosticKind, Parameters] = MappingProxyType(
    {
        DiagnosticKind.ROC: {"class": None},
        DiagnosticKind.PRECISION_RECALL: {"class": None},
        DiagnosticKind.CALIBRATION: {"class": None},
        DiagnosticKind.GAINS: {"class": None},
        DiagnosticKind.SUBGROUPS: {"column": None},
        DiagnosticKind.DEPENDENCE: {"column": None, "class": None},
        DiagnosticKind.PERMUTATION: {"folds": 3, "repeats": 5},
        DiagnosticKind.LEARNING_CURVE: {"folds": 12},
        DiagnosticKind.FEATURE_ELIMINATION: {"folds": 12},
        DiagnosticKind.FEATURE_DROPPING: {"folds": 12},
        DiagnosticKind.ALPHA_PATH: {"folds": 12},
        DiagnosticKind.DOMAIN: {"since": None, "until": None},
        DiagnosticKind.VALIDATION_CURVE: {"parameter": None, "values": [], "folds": 12},
    }
)
"""The parameters of each kind that has some. class: against the rest; None takes the positive one, or the first.

column: None takes the first that will do. folds: how many of them are fitted. repeats: shuffles of each column. values:
of a hyperparameter, tried beside the model's own. since, until: days of answers (ISO, UTC), the second not among them.
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a check takes. calls: of fitted models. seconds: about, on one core; None where nothing tells."""

    fits: int
    calls: int
    seconds: float | None


_FORMAT = 1
"""Grows when the tables of a kind change their columns: what was stored before is then made again."""


@dataclass(frozen=True, slots=True)
class Question:
    """One check of one thing. parameters: complete, as `asked` makes them."""

    subject: Subject
    kind: DiagnosticKind
    parameters: Parameters

    @property
    def hash(self) -> str:
        """The same question has the same hash: it is answered once."""
        return digest([_FORMAT, self.subject.kind.value, self.subject.id, self.kind.value, dict(self.parameters)])


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A check that was asked for, without its tables.

    state: succeeded when the tables are there; failed when `error` says why there are none; else that of its job.
    fits: how many it takes, seconds: how long it took.
    """

    id: int
    question: Question
    state: JobState
    fits: int
    job_id: int | None
    error: str | None
    seconds: float | None
    created_by: str
    created_at: datetime


def asked(subject: Subject, kind: DiagnosticKind, parameters: Parameters | None = None) -> Question:
    """The question with every parameter of its kind; Invalid names one that the kind does not have."""
    defaults = DEFAULTS.get(kind, {})
    for name in parameters or {}:
        if name not in defaults:
            known = ", ".join(defaults) or "none"
            raise Invalid(f"The diagnostic '{kind.value}' has no parameter '{name}'; it has {known}.")
    complete = {**defaults, **(parameters or {})}
    try:
        canonical_json(complete)
    except (TypeError, ValueError) as error:
        raise Invalid(
            f"The parameters of '{kind.value}' are no plain JSON: numbers are finite, names are text."
        ) from error
    return Question(subject, kind, complete)


def kind_named(name: str) -> DiagnosticKind:
    """The kind of this name, with hyphens for spaces too; NotFound tells the names there are."""
    for kind in DiagnosticKind:
        if name.replace("-", " ") == kind.value:
            return kind
    raise NotFound(
        f"There is no diagnostic '{name}': choose one of {', '.join(kind.value for kind in DiagnosticKind)}."
    )
