"""One fit: an estimator on a matrix, its scores, its answers, its importances, and the model it may become."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from copy import copy, deepcopy
from dataclasses import dataclass
from io import BytesIO
from math import isfinite
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.pipeline import Pipeline

from mms.domain.errors import Conflict, Invalid
from mms.domain.projects import Task
from mms.domain.runs import FoldResult
from mms.domain.triples import Triple
from mms.ml.algorithms import algorithm_named, estimator
from mms.ml.memory import Peak
from mms.ml.metrics import score_all
from mms.ml.persistence import dump_pipeline, load_pipeline
from mms.ml.prediction import Predicted, gives_probabilities, predict_frame
from mms.ml.quiet import calm
from mms.ml.recipes.features import Sides, dense
from mms.ml.sharing.pieces import Matrix
from mms.ml.threads import one_thread

IMPORTANCES = 500
"""Features whose importance is kept, the greatest by size."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a fit says of its validation rows: (rows, classes) probabilities, or (rows, 1) values; importances by
    feature."""

    values: np.ndarray
    importances: Mapping[str, float]

    def to_bytes(self) -> bytes:
        """As the store keeps them until they become part of a model."""
        head = json.dumps({"shape": self.values.shape, "importances": dict(self.importances)})
        return head.encode() + b"\n" + np.ascontiguousarray(self.values, dtype="<f8").tobytes()

    @staticmethod
    def from_bytes(data: bytes) -> "Answers":
        """What `to_bytes` wrote."""
        head, _, values = data.partition(b"\n")
        known = json.loads(head)
        return Answers(np.frombuffer(values, dtype="<f8").reshape(known["shape"]), known["importances"])


@dataclass(frozen=True, slots=True)
class Fitted:
    """One fit's result and its answers as bytes."""

    result: FoldResult
    answers: bytes


@dataclass(frozen=True, slots=True)
class FittedModel:
    """A final fit that answered the same after it was persisted and loaded. artifact: bytes, (size,) uint8."""

    result: FoldResult
    artifact: np.ndarray
    sha256: str
    is_probability: bool
    importances: Mapping[str, float]


def fit_of(triple: Triple, seed: int, matrix: Matrix, warm: Any, is_first: bool) -> Fitted:
    """Fit on the matrix's training rows, score every metric of the task on both sides; inner threads fixed at 1.

    warm: a fitted pipeline to continue from, or None. is_first: the matrix was made for this fit, so its
    seconds count here.
    Raises Invalid where the training rows hold fewer than two rows or, for classes, one class only.
    """
    fitted, result, predicted = fitted_on(triple, seed, matrix, warm, is_first)
    answers = predicted.values[:, None] if predicted.values is not None else predicted.probabilities
    assert answers is not None
    return Fitted(result, Answers(answers, importances(fitted, matrix)).to_bytes())


def model_of(triple: Triple, seed: int, matrix: Matrix, warm: Any, is_first: bool, sample: pd.DataFrame) -> FittedModel:
    """The final fit, persisted, loaded, and asked again on sample rows. Conflict: it answered otherwise."""
    fitted, result, _ = fitted_on(triple, seed, matrix, warm, is_first)
    pipeline = pipeline_of(triple, matrix, fitted)
    artifact = persisted(pipeline, sample, matrix.task, matrix.classes, matrix.positive)
    return FittedModel(
        result,
        np.frombuffer(artifact, dtype=np.uint8),
        hashlib.sha256(artifact).hexdigest(),
        gives_probabilities(fitted),
        importances(fitted, matrix),
    )


def persisted(pipeline: Any, sample: pd.DataFrame, task: Task, classes: Sequence[str], positive: str | None) -> bytes:
    """A fitted pipeline as bytes, which when loaded answer the same on sample rows. Conflict: they answer otherwise."""
    artifact = dump_pipeline(pipeline)
    with calm():
        again = load_pipeline(BytesIO(artifact))
        before, after = (predict_frame(one, sample, task, classes, positive, None) for one in (pipeline, again))
    if not _same(before, after):
        raise Conflict(
            "The persisted pipeline answers differently from the fitted one, so it did not become a model: "
            "choose another algorithm or recipe, and report this."
        )
    return artifact


def fitted_on(
    triple: Triple, seed: int, matrix: Matrix, warm: Any, is_first: bool
) -> tuple[Any, FoldResult, Predicted]:
    """The fitted estimator, its result, and what it says of the validation rows (of the final fit: its own rows)."""
    algorithm = algorithm_named(triple.algorithm, matrix.task)
    truth, sides = matrix.truth, _suited(matrix.sides, algorithm.dense)
    _check_training(truth.fit, matrix)
    peak, started = Peak(), perf_counter()
    with one_thread(), calm():
        if warm is None:
            fitted = estimator(triple.algorithm, triple.hyperparameters, matrix.task, seed).fit(sides.fit, truth.fit)
        else:
            fitted = _continued(warm, sides, matrix)
        fit_seconds, peak_bytes = perf_counter() - started, peak.bytes()
        started = perf_counter()
        of_train = _asked(fitted, sides.train, matrix)
        predicted = of_train if sides.validate is None else _asked(fitted, sides.validate, matrix)
    train_scores = _scored(truth.train, of_train, matrix)
    scores = train_scores if sides.validate is None else _scored(truth.validate, predicted, matrix)
    n_train = len(matrix.part.train)
    result = FoldResult(
        fold=matrix.part.number,
        n_train=n_train,
        n_validate=n_train if sides.validate is None else len(matrix.part.validate),
        fit_seconds=fit_seconds,
        score_seconds=perf_counter() - started,
        scores=scores,
        train_scores=train_scores,
        feature_seconds=matrix.seconds if is_first else 0.0,
        features=sides.fit.shape[1],
        peak_bytes=peak_bytes,
    )
    return fitted, result, predicted


def pipeline_of(triple: Triple, matrix: Matrix, fitted: Any) -> Pipeline:
    """A final fit as one pipeline: frame in, answers out."""
    features = matrix.features
    assert features is not None
    if isinstance(features, Pipeline):  # an update goes on with the steps that learnt before
        return Pipeline([*features.steps[:-1], ("estimator", fitted)])
    own = copy(features)  # other triples share what it has learnt
    own.dense = algorithm_named(triple.algorithm, matrix.task).dense
    return Pipeline([("recipe", own), ("estimator", fitted)])


def importances(fitted: Any, matrix: Matrix) -> dict[str, float]:
    """Importance of each feature as the estimator tells it: impurity or gain, or the coefficient; of several classes
    the mean size of theirs. Empty where it tells none."""
    told = getattr(fitted, "feature_importances_", None)
    if told is None:
        told = getattr(fitted, "coef_", None)
    if told is None:
        return {}
    told = np.asarray(dense(told), dtype=np.float64)
    if told.ndim == 2:
        told = told[0] if len(told) == 1 else np.abs(told).mean(axis=0)
    names = matrix.names.split("\0")
    if len(told) != len(names):
        return {}
    greatest = np.sort(np.argsort(-np.abs(told), kind="stable")[:IMPORTANCES])
    return {
        names[i]: value for i, value in zip(greatest.tolist(), told[greatest].tolist(), strict=True) if isfinite(value)
    }


def _suited(sides: Sides, is_dense: bool) -> Sides:
    fit = dense(sides.fit) if is_dense else _own(sides.fit)
    train = fit if sides.train is sides.fit else dense(sides.train) if is_dense else sides.train
    return Sides(fit, train, dense(sides.validate) if is_dense else sides.validate)


def _own(fit: Any) -> Any:
    """A matrix that the estimator may put in order where it stands, as some do: other fits share the one given."""
    return fit.copy() if sparse.issparse(fit) and not fit.has_sorted_indices else fit


def _continued(warm: Any, sides: Sides, matrix: Matrix) -> Any:
    fitted = deepcopy(warm[-1])
    known = {"classes": np.array(matrix.classes)} if matrix.classes else {}
    return fitted.partial_fit(sides.fit, matrix.truth.fit, **known)


def _check_training(truth: np.ndarray, matrix: Matrix) -> None:
    if len(truth) < 2 or (matrix.task.is_classification and len(np.unique(truth)) < 2):
        raise Invalid(
            f"The {len(truth)} training rows of this fold hold fewer than two classes or rows: choose stratified "
            "folds, or a selection with more of the oldest rows."
        )


def _asked(fitted: Any, values: Any, matrix: Matrix) -> Predicted:
    return predict_frame(fitted, values, matrix.task, matrix.classes, matrix.positive, None)


def _scored(truth: np.ndarray | None, predicted: Predicted, matrix: Matrix) -> dict[str, float]:
    assert truth is not None
    return score_all(matrix.task, truth, predicted, matrix.classes, matrix.positive)


def _same(one: Predicted, other: Predicted) -> bool:
    if one.values is not None and other.values is not None:
        return np.array_equal(one.values, other.values, equal_nan=True)
    assert one.probabilities is not None
    assert other.probabilities is not None
    return np.array_equal(one.probabilities, other.probabilities)
