"""What fitted pipelines say of rows, in one shape for all tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, softmax

from mms.domain.errors import Invalid
from mms.domain.models import Signature
from mms.domain.predictions import Answer
from mms.domain.projects import Task
from mms.domain.tables import Column, ColumnType
from mms.ml.threads import one_thread

DEFAULT_THRESHOLD = 0.5
"""Here the more probable class is answered; a tie goes to the first one, as in scikit-learn's own `predict`."""


@dataclass(frozen=True, slots=True)
class Predicted:
    """Answers for n rows. labels: (n,) str, classification; probabilities: (n, classes); values: (n,) regression.

    is_probability: False where the probabilities are squashed decision values, which only rank. decision: (n,) those of
    the positive class as they were, for two classes: the squashed ones of distant rows are equal.
    """

    labels: np.ndarray | None
    probabilities: np.ndarray | None
    values: np.ndarray | None
    is_probability: bool = True
    decision: np.ndarray | None = None

    def answers(self, classes: Sequence[str], positive: str | None) -> list[Answer]:
        """One record a row; score is the positive class's probability (binary) or the label's (multiclass)."""
        if self.values is not None:
            return [Answer(None, float(value), None, {}) for value in self.values]
        assert self.labels is not None
        assert self.probabilities is not None
        answers = []
        for label, row in zip(self.labels, self.probabilities, strict=True):
            shares = {name: float(share) for name, share in zip(classes, row, strict=True)}
            answers.append(Answer(str(label), None, shares[positive or str(label)], shares))
        return answers


def predict_frame(
    pipeline: Any,
    frame: Any,
    task: Task,
    classes: Sequence[str],
    positive: str | None,
    threshold: float | None,
) -> Predicted:
    """Ask a fitted pipeline about a frame, or an estimator about its matrix.

    Binary labels follow the threshold on the positive class's probability (None: 0.5).

    Estimators without predict_proba give their decision value through a logistic curve: it ranks, it is no probability.
    A class that the pipeline never saw gets probability 0.
    """
    with one_thread():
        if task is Task.REGRESSION:
            return Predicted(None, None, np.asarray(pipeline.predict(frame), dtype=np.float64).ravel())
        is_probability = gives_probabilities(pipeline)
        if is_probability:
            shares = _untied(np.asarray(pipeline.predict_proba(frame), dtype=np.float64), pipeline, frame)
        else:
            decision = np.asarray(pipeline.decision_function(frame), dtype=np.float64)
            shares = (
                softmax(decision, axis=1) if decision.ndim > 1 else np.column_stack([expit(-decision), expit(decision)])
            )
    probabilities = _in_order(shares, pipeline, classes)
    said = answered(probabilities, task, classes, positive, threshold, is_probability=is_probability)
    if is_probability or decision.ndim > 1:
        return said
    return replace(said, decision=decision if str(pipeline.classes_[1]) == positive else -decision)


def answered(
    probabilities: np.ndarray,
    task: Task,
    classes: Sequence[str],
    positive: str | None,
    threshold: float | None,
    *,
    is_probability: bool = True,
) -> Predicted:
    """Probabilities (n, classes) and the labels that follow: by the threshold (binary), else the most probable ones."""
    names = np.array(classes, dtype=object)
    labels = names[probabilities.argmax(axis=1)]
    if task is Task.BINARY:
        index = _positive_index(classes, positive)
        if threshold not in (None, DEFAULT_THRESHOLD):
            labels = np.where(probabilities[:, index] >= threshold, names[index], names[1 - index])
    return Predicted(labels, probabilities, None, is_probability)


def gives_probabilities(pipeline: Any) -> bool:
    """Whether the algorithm itself estimates probabilities."""
    return hasattr(pipeline, "predict_proba")


def _positive_index(classes: Sequence[str], positive: str | None) -> int:
    if positive is None or positive not in classes or len(classes) != 2:
        raise Invalid(f"A binary project needs two classes and a positive one among them; it has {', '.join(classes)}.")
    return list(classes).index(positive)


def _in_order(shares: np.ndarray, pipeline: Any, classes: Sequence[str]) -> np.ndarray:
    """(n, classes) in the order of `classes`, from a pipeline's own order; 0 for those that it never saw."""
    columns = [list(classes).index(str(name)) for name in pipeline.classes_]
    probabilities = np.zeros((len(shares), len(classes)))
    probabilities[:, columns] = shares
    return probabilities


def _untied(shares: np.ndarray, pipeline: Any, frame: Any) -> np.ndarray:
    """Of several classes with the greatest share, that of the greatest decision value gets a hair more.

    Shares of distant rows saturate (stochastic gradient descent gives 1 to more than one class before it divides), and
    then only the decision value tells which class the estimator itself answers.
    """
    if shares.shape[1] < 3 or not hasattr(pipeline, "decision_function"):
        return shares
    tied = np.flatnonzero((shares == shares.max(axis=1, keepdims=True)).sum(axis=1) > 1)
    if not len(tied):
        return shares
    rows = frame.iloc[tied] if isinstance(frame, pd.DataFrame) else frame[tied]
    winners = np.asarray(pipeline.decision_function(rows)).argmax(axis=1)
    untied = shares.copy()
    untied[tied, winners] = np.nextafter(shares[tied, winners], 2.0)
    return untied


def checked_frame(signature: Signature, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as a typed frame in the signature's column order; Invalid names a missing, extra or unparsable feature.

    A missing value is an explicit null (None, NaN and NaT too); a missing key is refused. Numbers come as numbers: the
    text "3" is refused, because a caller who sends text for a number is about to send "3,5" or "n/a".
    """
    names = [column.name for column in signature.inputs]
    for i, row in enumerate(rows):
        _check_names(row, names, _place(i, rows))
    return pd.DataFrame(
        {
            column.name: pd.Series(
                [_parsed(row[column.name], column, _place(i, rows)) for i, row in enumerate(rows)],
                dtype=_DTYPES[column.type],
            )
            for column in signature.inputs
        },
        index=range(len(rows)),
    )


_DTYPES: Mapping[ColumnType, Any] = {
    ColumnType.INTEGER: "float64",
    ColumnType.NUMBER: "float64",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.CATEGORY: "str",
    ColumnType.TEXT: "str",
    ColumnType.TIME: "datetime64[us, UTC]",
}

_TAKES: Mapping[ColumnType, str] = {
    ColumnType.INTEGER: "a whole number",
    ColumnType.NUMBER: "a number",
    ColumnType.BOOLEAN: "true or false",
    ColumnType.CATEGORY: "text",
    ColumnType.TEXT: "text",
    ColumnType.TIME: "a time in ISO 8601, such as 2013-06-01T14:30:00Z",
}


def _place(i: int, rows: Sequence[Any]) -> str:
    return f" in row {i + 1}" if len(rows) > 1 else ""


def _check_names(row: Mapping[str, Any], names: Sequence[str], place: str) -> None:
    missing = [name for name in names if name not in row]
    if missing:
        raise Invalid(f"Feature '{missing[0]}' is missing{place}: send it, or null where its value is not known.")
    extra = [name for name in row if name not in names]
    if extra:
        raise Invalid(f"'{extra[0]}'{place} is no feature of this model: leave it out. It takes {', '.join(names)}.")


def _parsed(value: Any, column: Column, place: str) -> Any:
    if value is None or (not isinstance(value, str | list | dict) and pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    parsed = _PARSERS[column.type](value)
    if parsed is None:
        raise Invalid(f"Feature '{column.name}'{place} takes {_TAKES[column.type]} or null; it got {value!r:.80}.")
    return parsed


def _number(value: Any) -> float | None:
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.integer | np.floating):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None


def _integer(value: Any) -> float | None:
    number = _number(value)
    return number if number is not None and number.is_integer() else None


def _boolean(value: Any) -> bool | None:
    return bool(value) if isinstance(value, bool | np.bool_) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _time(value: Any) -> pd.Timestamp | None:
    """A time without a zone is UTC."""
    if not isinstance(value, str | datetime | np.datetime64):
        return None
    try:
        parsed = pd.Timestamp(datetime.fromisoformat(value) if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None
    return parsed.tz_localize("UTC") if parsed.tzinfo is None else parsed.tz_convert("UTC")


_PARSERS: Mapping[ColumnType, Any] = {
    ColumnType.INTEGER: _integer,
    ColumnType.NUMBER: _number,
    ColumnType.BOOLEAN: _boolean,
    ColumnType.CATEGORY: _text,
    ColumnType.TEXT: _text,
    ColumnType.TIME: _time,
}
