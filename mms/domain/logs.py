"""Logs of models served elsewhere: which column says what, and what became of a file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path

from mms.domain.errors import Conflict, Invalid
from mms.domain.projects import Task

ELSEWHERE = "elsewhere"
"""The algorithm of a model of which MMS has the answers, not the model itself."""

NOT_HERE = "it is served elsewhere, and MMS has its answers, not the model itself"
"""Why such a model cannot be asked, refitted or looked into, as a clause."""

MINIMUM_REFERENCE = 100
"""Labelled answers that later ones are held against, at least."""

REFERENCE_SHARE = 0.2
"""Of a model's first log, so much of it from its beginning is the reference where nobody says until when."""

_USUAL: Mapping[str, tuple[str, ...]] = {
    "time": ("predicted_at", "prediction_time", "time", "timestamp", "scored_at", "asked_at", "datetime", "date"),
    "entity": ("entity", "entity_id", "id", "key", "request_id", "prediction_id"),
    "model": ("model", "model_name", "model_version"),
    "label": ("label", "prediction", "predicted", "predicted_label", "y_pred", "pred"),
    "value": ("value", "prediction", "predicted", "predicted_value", "y_pred", "pred", "forecast"),
    "score": ("score", "probability", "proba", "prob", "y_score", "y_proba", "predicted_probability"),
    "truth": ("truth", "actual", "y_true", "ground_truth", "outcome", "target"),
    "truth_time": ("truth_time", "truth_at", "known_at", "label_time", "actual_at", "outcome_time"),
}
"""Role -> the names it usually bears, the plainest first."""

_OF_CLASSES = frozenset({"label", "score"})
_PROBABILITY = re.compile(r"(?i)^(?:p|prob|proba|probability)_(.+)$")


@dataclass(frozen=True, slots=True)
class LogColumns:
    """Which column of a log says what; None: none does. probabilities: (class, column)."""

    time: str | None = None
    entity: str | None = None
    model: str | None = None
    label: str | None = None
    value: str | None = None
    score: str | None = None
    truth: str | None = None
    truth_time: str | None = None
    probabilities: tuple[tuple[str, str], ...] = ()

    @property
    def roles(self) -> dict[str, str]:
        """Role in words -> its column, of those that are there."""
        plain = {f.name.replace("_", " "): getattr(self, f.name) for f in fields(self) if f.name != "probabilities"}
        return {role: name for role, name in plain.items() if name is not None} | {
            f"probability of {name}": column for name, column in self.probabilities
        }


@dataclass(frozen=True, slots=True)
class LogRequest:
    """A file of past answers. columns: those that somebody named; the others are guessed.

    model_name: the model's, where no column says it. reference_until: answers before it are what later ones are held
    against. exact: nothing is guessed, a role without a column has none.
    """

    file: Path
    columns: LogColumns = LogColumns()
    model_name: str | None = None
    reference_until: datetime | None = None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class LogModel:
    """One model of a log. version: None until it is there. reference: labelled rows that later ones are held against.

    Of an import: added rows, told truths of rows that were there; known: rows that were there and say nothing new;
    dropped: rows of a time of which no rows are kept any longer: whether they were counted then, nothing tells.
    """

    name: str
    rows: int
    labelled: int
    time_from: datetime
    time_to: datetime
    version: int | None = None
    model_id: int | None = None
    reference: int | None = None
    reference_to: datetime | None = None
    added: int = 0
    told: int = 0
    dropped: int = 0
    seated: bool = False

    @property
    def known(self) -> int:
        """Rows that were there and say nothing new."""
        return self.rows - self.added - self.told - self.dropped

    @property
    def words(self) -> str:
        """What became of it, in one sentence."""
        which = f"v{self.version} {self.name}" if self.version else self.name
        parts = [f"{self.added:,} new answers"]
        parts += [f"{self.told:,} truths of older ones"] if self.told else []
        parts += [f"{self.known:,} known already"] if self.known else []
        parts += [f"{self.dropped:,} left out, as rows so old were dropped once counted"] if self.dropped else []
        seat = ", champion of the empty seat" if self.seated else ""
        return f"{which}{seat}: {', '.join(parts)}."


@dataclass(frozen=True, slots=True)
class LogPreview:
    """What a file would be taken for. features: name and type of every other column. notes: sentences."""

    columns: LogColumns
    features: tuple[tuple[str, str], ...]
    models: tuple[LogModel, ...]
    notes: tuple[str, ...] = ()


def roles_of(task: Task) -> tuple[str, ...]:
    """The roles that one column may have in a log of that task, the needed ones first."""
    answer = ("value",) if task is Task.REGRESSION else ("label", "score") if task is Task.BINARY else ("label",)
    return ("time", *answer, "truth", "truth_time", "entity", "model")


def class_of(column: str) -> str:
    """The class whose probability a column holds, by its name: p_late tells of late."""
    match = _PROBABILITY.match(column)
    return match[1] if match else column


def columns_of(asked: LogColumns, names: Sequence[str], task: Task) -> LogColumns:
    """The columns that were asked for, and no others. Invalid: one that is not there or twice, no time, no answer."""
    _check_asked(asked, names)
    _check_enough(asked, names, task)
    return asked


def guessed(asked: LogColumns, names: Sequence[str], task: Task, *, model_named: bool = False) -> LogColumns:
    """The columns that were asked for, and for the others those of the usual names. Invalid as `columns_of`.

    model_named: the model's name is given, so no column is taken for it.
    """
    found = guesses(asked, names, task, model_named=model_named)
    _check_enough(found, names, task)
    return found


def guesses(asked: LogColumns, names: Sequence[str], task: Task, *, model_named: bool = False) -> LogColumns:
    """As `guessed`, though it may not be enough for a log."""
    _check_asked(asked, names)
    plain = {_plain(name): name for name in reversed(names)}
    found, taken = asked, set(asked.roles.values())
    for role, usual in _USUAL.items():
        if getattr(found, role) is not None or not _fits(role, task, found, model_named=model_named):
            continue
        name = next((plain[one] for one in usual if one in plain and plain[one] not in taken), None)
        if name is not None:
            found = replace(found, **{role: name})  # type: ignore[arg-type]
            taken.add(name)
    if task.is_classification and not found.probabilities and found.score is None:
        found = replace(found, probabilities=_probabilities(names, taken))
    return found


def refuse_elsewhere(algorithm: str, version: int) -> None:
    """Conflict where a model is served elsewhere."""
    if algorithm == ELSEWHERE:
        raise Conflict(f"v{version} is served elsewhere: MMS has its answers, not the model itself.")


def _fits(role: str, task: Task, found: LogColumns, *, model_named: bool) -> bool:
    """Whether a role is looked for: by task, and not where its place is taken."""
    if role == "model":
        return not model_named
    if role == "truth_time":
        return found.truth is not None
    if role == "score":
        return task is Task.BINARY and not found.probabilities
    return task.is_classification if role in _OF_CLASSES else role != "value" or task is Task.REGRESSION


def _plain(name: str) -> str:
    return re.sub(r"\W+", "_", name.strip()).lower()


def _probabilities(names: Sequence[str], taken: set[str]) -> tuple[tuple[str, str], ...]:
    found = [(match[1], name) for name in names if name not in taken and (match := _PROBABILITY.match(name))]
    return tuple(found) if len(found) > 1 else ()


def _check_asked(asked: LogColumns, names: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for role, name in asked.roles.items():
        if name not in names:
            raise Invalid(f"The file has no column '{name}' for the {role}; it has {', '.join(names)}.")
        if name in seen:
            raise Invalid(f"Column '{name}' cannot be both {seen[name]} and {role}: name one column for each.")
        seen[name] = role


def _check_enough(found: LogColumns, names: Sequence[str], task: Task) -> None:
    has = f"; the file has {', '.join(names)}"
    if found.time is None:
        raise Invalid(f"Say which column tells when each answer was given (time){has}.")
    if task is Task.REGRESSION:
        if found.label is not None or found.score is not None or found.probabilities:
            raise Invalid("Labels and probabilities are answers of classes, and this project predicts a number.")
        if found.value is None:
            raise Invalid(f"Say which column holds the predicted number (value){has}.")
        return
    if found.value is not None:
        raise Invalid(f"A value is the answer of a number, and this is a {task.value} project: name a label or score.")
    if found.score is not None and task is not Task.BINARY:
        raise Invalid("A score is the probability of the positive class: name a probability for each class instead.")
    column_of: dict[str, str] = {}
    for name, column in found.probabilities:
        if column_of.setdefault(name, column) != column:
            raise Invalid(f"'{column_of[name]}' and '{column}' are both the probability of '{name}': name one of them.")
    if found.label is None and found.score is None and not found.probabilities:
        raise Invalid(f"Say which column holds the answer: a label, a score, or probabilities{has}.")
