"""Fit one triple on one fold, or on the whole snapshot."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from mms.domain.errors import Invalid
from mms.domain.models import Signature
from mms.domain.projects import Task
from mms.domain.runs import FINAL_FIT, FoldResult
from mms.domain.tables import Column
from mms.domain.triples import Triple
from mms.ml import recipes
from mms.ml.algorithms import algorithm_named, estimator
from mms.ml.folds import Split
from mms.ml.metrics import score_all
from mms.ml.prediction import Predicted, gives_probabilities, predict_frame
from mms.ml.recipes.fill import FillEmpty


@dataclass(frozen=True, slots=True)
class Instances:
    """A snapshot in memory: feature columns in order, target, times (UTC-aware) and the classes' order.

    features: (n, columns). target: (n,) str (classification) or float. classes: sorted labels, () for regression.
    """

    task: Task
    columns: tuple[Column, ...]
    features: pd.DataFrame
    target: pd.Series
    time: pd.Series | None
    label_time: pd.Series | None
    classes: tuple[str, ...]
    positive: str | None


@dataclass(frozen=True, slots=True)
class FittedFold:
    """One fold's result and its out-of-fold rows.

    oof columns: row (position in the snapshot), fold, truth, label + p_0..p_{k-1} (classification; k = index in
    classes) + score (binary), or value (regression).
    """

    result: FoldResult
    oof: pd.DataFrame


@dataclass(frozen=True, slots=True)
class FittedWhole:
    """The final fit: its pipeline, its (optimistic) result on its own rows, and its signature."""

    pipeline: Any
    result: FoldResult
    signature: Signature


def fit_fold(triple: Triple, instances: Instances, split: Split, seed: int) -> FittedFold:
    """Fit on the split's training rows, score every metric of the task on both sides. Inner threads fixed at 1.

    Raises Invalid where the training rows hold fewer than two rows or, for classes, one class only.
    """
    pipeline, fit_seconds = _fitted(triple, instances, split.train, seed)
    started = perf_counter()
    predicted = _asked(pipeline, instances, split.validate)
    scores = _scored(instances, split.validate, predicted)
    train_scores = _scored(instances, split.train, _asked(pipeline, instances, split.train))
    score_seconds = perf_counter() - started
    result = FoldResult(
        split.fold, len(split.train), len(split.validate), fit_seconds, score_seconds, scores, train_scores
    )
    return FittedFold(result, _out_of_fold(instances, split, predicted))


def fit_whole(triple: Triple, instances: Instances, seed: int) -> FittedWhole:
    """Fit on all rows; scores and train_scores are the same, and optimistic."""
    rows = np.arange(len(instances.features))
    pipeline, fit_seconds = _fitted(triple, instances, rows, seed)
    started = perf_counter()
    scores = _scored(instances, rows, _asked(pipeline, instances, rows))
    score_seconds = perf_counter() - started
    result = FoldResult(FINAL_FIT, len(rows), len(rows), fit_seconds, score_seconds, scores, scores)
    example = {column.name: _plain(instances.features[column.name].iloc[0]) for column in instances.columns}
    signature = Signature(instances.columns, instances.classes, example, gives_probabilities(pipeline))
    return FittedWhole(pipeline, result, signature)


def unfitted(triple: Triple, columns: tuple[Column, ...], task: Task, seed: int) -> Pipeline:
    """The triple as one scikit-learn pipeline: recipe, then estimator. Invalid names what does not fit.

    Where the algorithm takes no missing values, those the recipe left are filled with medians in between.
    """
    algorithm = algorithm_named(triple.algorithm, task)
    recipe = recipes.build(triple.recipe, columns, dense=algorithm.dense)
    fill = FillEmpty() if algorithm.missing else SimpleImputer(strategy="median", keep_empty_features=True)
    return Pipeline(
        [
            ("recipe", recipe),
            ("fill", fill),
            ("estimator", estimator(triple.algorithm, triple.hyperparameters, task, seed)),
        ]
    )


def _fitted(triple: Triple, instances: Instances, rows: np.ndarray, seed: int) -> tuple[Any, float]:
    pipeline = unfitted(triple, instances.columns, instances.task, seed)
    target = _target(instances, rows)
    if len(rows) < 2 or (instances.task.is_classification and len(np.unique(target)) < 2):
        raise Invalid(
            f"The {len(rows)} training rows of this fold hold fewer than two classes or rows: choose stratified folds, "
            "or a selection with more of the oldest rows."
        )
    started = perf_counter()
    with threadpool_limits(limits=1), _calm():
        pipeline.fit(instances.features.iloc[rows], target)
    return pipeline, perf_counter() - started


@contextmanager
def _calm() -> Iterator[None]:
    """Hush what is no failure: a search that stopped at its limit of steps, and few rows with many classes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", message="The number of unique classes is greater than 50%")
        yield


def _target(instances: Instances, rows: np.ndarray) -> np.ndarray:
    """(rows,) array of str, or float64."""
    chosen = instances.target.iloc[rows]
    if instances.task.is_classification:
        return chosen.to_numpy(dtype=np.str_)
    return chosen.to_numpy(dtype=np.float64)


def _asked(pipeline: Any, instances: Instances, rows: np.ndarray) -> Predicted:
    frame = instances.features.iloc[rows]
    return predict_frame(pipeline, frame, instances.task, instances.classes, instances.positive, None)


def _scored(instances: Instances, rows: np.ndarray, predicted: Predicted) -> dict[str, float]:
    truth = _target(instances, rows)
    return score_all(instances.task, truth, predicted, instances.classes, instances.positive)


def _out_of_fold(instances: Instances, split: Split, predicted: Predicted) -> pd.DataFrame:
    rows = {
        "row": split.validate.astype(np.int64),
        "fold": np.full(len(split.validate), split.fold, dtype=np.int16),
        "truth": _target(instances, split.validate),
    }
    if predicted.values is not None:
        return pd.DataFrame({**rows, "value": predicted.values})
    assert predicted.probabilities is not None
    oof = pd.DataFrame({**rows, "label": predicted.labels})
    for k in range(len(instances.classes)):
        oof[f"p_{k}"] = predicted.probabilities[:, k]
    if instances.task is Task.BINARY and instances.positive is not None:
        oof["score"] = predicted.probabilities[:, instances.classes.index(instances.positive)]
    return oof


def _plain(value: Any) -> Any:
    """A cell as a JSON value: None where missing, times in ISO 8601."""
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value.item() if isinstance(value, np.generic) else value
