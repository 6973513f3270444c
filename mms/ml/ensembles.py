"""Voting and stacking: members' answers combined, out of fold from stored rows, and as one fitted pipeline.

Answers lie side by side as (members, rows, k): the probabilities of k classes, or one number (k = 1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.linalg import cholesky, solve_triangular
from scipy.optimize import nnls
from sklearn.linear_model import LogisticRegression

from mms.domain.ensembles import EnsembleKind
from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.triples import Triple
from mms.ml.folds import Split
from mms.ml.prediction import Predicted, answered, predict_frame
from mms.ml.threads import one_thread

ROWS_A_WEIGHT = 10
"""A stack is learnt from at least so many rows for each of its weights (a rule of thumb for regressions)."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the task, the classes in order (none for numbers), and the positive one (binary)."""

    task: Task
    classes: tuple[str, ...] = ()
    positive: str | None = None

    def predicted(self, answers: np.ndarray, *, is_probability: bool = True) -> Predicted:
        """Combined answers (rows, k) as a pipeline's are."""
        if self.task is Task.REGRESSION:
            return Predicted(None, None, answers[:, 0])
        return answered(answers, self.task, self.classes, self.positive, None, is_probability=is_probability)


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Members' out-of-fold rows. rows, folds, truth: (n,); answers: (members, n, k)."""

    rows: np.ndarray
    folds: np.ndarray
    truth: np.ndarray
    answers: np.ndarray

    def only(self, chosen: np.ndarray) -> "SideBySide":
        """Some of the rows, by mask."""
        return SideBySide(self.rows[chosen], self.folds[chosen], self.truth[chosen], self.answers[:, chosen])

    def of_members(self, chosen: Sequence[int]) -> "SideBySide":
        """Some of the members, by position."""
        return SideBySide(self.rows, self.folds, self.truth, self.answers[list(chosen)])


def side_by_side(frames: Sequence[pd.DataFrame], question: Question) -> SideBySide:
    """Models' out-of-fold rows (see fitting.FittedFold), sorted by row; Invalid unless rows and folds are the same."""
    first, *others = [frame.sort_values("row", ignore_index=True) for frame in frames]
    for other in others:
        same = len(first) == len(other) and all(first[name].equals(other[name]) for name in ("row", "fold", "truth"))
        if not same:
            raise Invalid("The members were not scored on the same rows and folds: choose models of one snapshot.")
    columns = [f"p_{k}" for k in range(len(question.classes))] or ["value"]
    answers = np.stack([frame[columns].to_numpy(dtype=np.float64) for frame in (first, *others)])
    return SideBySide(first["row"].to_numpy(), first["fold"].to_numpy(), first["truth"].to_numpy(), answers)


@dataclass(frozen=True)
class Mean:
    """The weighted mean of answers. weights: (members,), sum 1."""

    weights: np.ndarray

    def __call__(self, answers: np.ndarray) -> np.ndarray:
        """(members, rows, k) -> (rows, k)."""
        return np.tensordot(self.weights, answers, axes=1)


@dataclass(frozen=True)
class LogisticStack:
    """A logistic regression on the members' probabilities side by side, without the first class's (it is the rest)."""

    model: LogisticRegression
    classes: tuple[str, ...]

    def __call__(self, answers: np.ndarray) -> np.ndarray:
        """(members, rows, classes) -> (rows, classes); a class the rows to learn from lacked gets 0."""
        shares = np.zeros(answers.shape[1:])
        places = [self.classes.index(str(name)) for name in self.model.classes_]
        shares[:, places] = self.model.predict_proba(_columns(answers))
        return shares


@dataclass(frozen=True)
class LinearStack:
    """Intercept and non-negative weights of the members' numbers (Breiman, Stacked Regressions, 1996)."""

    intercept: float
    weights: np.ndarray

    def __call__(self, answers: np.ndarray) -> np.ndarray:
        """(members, rows, 1) -> (rows, 1)."""
        return self.intercept + np.tensordot(self.weights, answers, axes=1)


Combiner = Mean | LogisticStack | LinearStack


def combiner_of(triple: Triple, known: SideBySide, question: Question) -> Combiner:
    """Learn how to combine from rows whose truth is known; the plain mean where they are too few to learn from."""
    members = len(triple.members)
    plain = Mean(np.full(members, 1 / members))
    determined = len(np.unique(known.truth)) > 1
    if EnsembleKind(triple.algorithm) is EnsembleKind.VOTING:
        return _by_error(known, question) if triple.hyperparameters["weights"] == "by error" and determined else plain
    weights = members * max(1, known.answers.shape[2] - 1)
    if not determined or len(known.truth) < ROWS_A_WEIGHT * weights:
        return plain
    strength = float(triple.hyperparameters["strength"] or 0.0)
    if question.task is Task.REGRESSION:
        return _linear(known, strength)
    return _logistic(known, question, strength, balanced=bool(triple.hyperparameters["balanced"]))


def out_of_fold_answers(triple: Triple, rows: SideBySide, splits: Sequence[Split], question: Question) -> np.ndarray:
    """The ensemble's out-of-fold answers (n, k), at no fit of a member.

    What answers on fold i is learnt from out-of-fold rows among the training rows of fold i only: rows of other folds,
    and where folds go by time, earlier rows whose label was known by then (none for the first, so the plain mean).
    """
    combined = np.full(rows.answers.shape[1:], np.nan)
    with one_thread():
        for split in splits:
            known = rows.only(np.isin(rows.rows, split.train))
            here = np.isin(rows.rows, split.validate)
            combined[here] = combiner_of(triple, known, question)(rows.answers[:, here])
    return combined


class _Ensemble:
    """Fitted members and how their answers are combined."""

    def __init__(self, pipelines: Sequence[Any], combiner: Combiner, question: Question) -> None:
        self.pipelines = tuple(pipelines)
        self.combiner = combiner
        self.question = question

    def _combined(self, frame: pd.DataFrame) -> np.ndarray:
        q = self.question
        asked = [predict_frame(p, frame, q.task, q.classes, q.positive, None) for p in self.pipelines]
        return self.combiner(np.stack([_answers(one) for one in asked]))


class NumberEnsemble(_Ensemble):
    """An ensemble that answers with numbers, used as a fitted pipeline is."""

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """(rows,) numbers."""
        values: np.ndarray = self._combined(frame)[:, 0]
        return values


class ClassEnsemble(_Ensemble):
    """An ensemble that answers with classes, used as a fitted pipeline is."""

    @property
    def classes_(self) -> np.ndarray:
        """Labels in the order of the probabilities."""
        return np.array(self.question.classes)

    def predict_proba(self, frame: pd.DataFrame) -> np.ndarray:
        """(rows, classes) probabilities."""
        return self._combined(frame)

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """(rows,) the most probable labels."""
        labels: np.ndarray = self.classes_[self._combined(frame).argmax(axis=1)]
        return labels


def assembled(pipelines: Sequence[Any], combiner: Combiner, question: Question) -> NumberEnsemble | ClassEnsemble:
    """Fitted members (in the triple's order) and their combiner as one pipeline."""
    kind = NumberEnsemble if question.task is Task.REGRESSION else ClassEnsemble
    return kind(pipelines, combiner, question)


def _answers(predicted: Predicted) -> np.ndarray:
    if predicted.values is not None:
        return predicted.values[:, None]
    assert predicted.probabilities is not None
    return predicted.probabilities


def _columns(answers: np.ndarray) -> np.ndarray:
    columns: np.ndarray = np.concatenate(list(answers[:, :, 1:]), axis=1)
    return columns


def _targets(known: SideBySide, question: Question) -> np.ndarray:
    """(n, k): the truth as an answer that errs nowhere."""
    if question.task is Task.REGRESSION:
        return known.truth.astype(np.float64)[:, None]
    hits: np.ndarray = known.truth.astype(str)[:, None] == np.array(question.classes)
    return hits.astype(np.float64)


def _by_error(known: SideBySide, question: Question) -> Mean:
    """Weights in inverse proportion to the mean squared error (Bates, Granger 1969): of classes the Brier score."""
    errors = ((known.answers - _targets(known, question)) ** 2).sum(axis=2).mean(axis=1)
    weights = 1 / np.maximum(errors, np.finfo(np.float64).tiny ** 0.5)
    return Mean(weights / weights.sum())


def _logistic(known: SideBySide, question: Question, strength: float, *, balanced: bool) -> LogisticStack:
    model = LogisticRegression(C=1 / strength, max_iter=1000, class_weight="balanced" if balanced else None)
    return LogisticStack(model.fit(_columns(known.answers), known.truth.astype(str)), question.classes)


def _linear(known: SideBySide, strength: float) -> LinearStack:
    """Least squares with weights of at least 0, and `strength` as ridge penalty in units of the truth's variance."""
    x, y = known.answers[:, :, 0].T, known.truth.astype(np.float64)
    centred, aim = x - x.mean(axis=0), y - y.mean()
    # |Xw - y|^2 + s|w|^2 = |Rw - R^-T X'y|^2 + a constant, with R'R = X'X + sI: small, whatever the number of rows.
    root = cholesky(centred.T @ centred + strength * y.var() * np.eye(x.shape[1]))
    weights, _residual = nnls(root, solve_triangular(root, centred.T @ aim, trans="T"))
    return LinearStack(float(y.mean() - x.mean(axis=0) @ weights), weights)
