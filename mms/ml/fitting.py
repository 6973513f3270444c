"""Fit one triple on one fold: by the same pieces of work as a run, which shares them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from mms.domain.models import Signature
from mms.domain.projects import Task
from mms.domain.runs import FINAL_FIT, FoldResult
from mms.domain.tables import Column
from mms.domain.triples import Triple
from mms.ml import recipes
from mms.ml.algorithms import algorithm_named, estimator
from mms.ml.folds import Split
from mms.ml.prediction import answered
from mms.ml.recipes.features import Features
from mms.ml.sharing.fits import Answers, fit_of, fitted_on, pipeline_of
from mms.ml.sharing.pieces import Asked, Matrix, Part, Target, matrix_of


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
    """One fold's result and its out-of-fold rows, as `out_of_fold` gives them."""

    result: FoldResult
    oof: pd.DataFrame


def fit_fold(triple: Triple, instances: Instances, split: Split, seed: int) -> FittedFold:
    """Fit on the split's training rows, score every metric of the task on both sides. Inner threads fixed at 1.

    Raises Invalid where the training rows hold fewer than two rows or, for classes, one class only.
    """
    matrix = _matrix(triple, instances, Part(split.fold, split.train, split.validate))
    fitted = fit_of(triple, seed, matrix, None, True)
    answers = Answers.from_bytes(fitted.answers).values
    return FittedFold(fitted.result, out_of_fold(instances, [split], [answers]))


def fit_pipeline(triple: Triple, instances: Instances, rows: np.ndarray, seed: int) -> Pipeline:
    """The triple fitted on these rows (positions), frame in, answers out: by the same pieces, with inner threads at 1.

    Raises Invalid as `fit_fold`.
    """
    matrix = _matrix(triple, instances, Part(FINAL_FIT, rows, rows))
    fitted, _, _ = fitted_on(triple, seed, matrix, None, True)
    return pipeline_of(triple, matrix, fitted)


def unfitted(triple: Triple, columns: tuple[Column, ...], task: Task, seed: int) -> Pipeline:
    """The triple as one scikit-learn pipeline: recipe, then estimator. Invalid names what does not fit."""
    algorithm = algorithm_named(triple.algorithm, task)
    checked = recipes.checked_recipe(triple.recipe, columns)
    features = Features(checked, columns, dense=algorithm.dense, missing=algorithm.missing)
    made = estimator(triple.algorithm, triple.hyperparameters, task, seed)
    return Pipeline([("recipe", features), ("estimator", made)])


def target_of(instances: Instances) -> Target:
    """What is learnt, as arrays."""
    kind = np.str_ if instances.task.is_classification else np.float64
    values = instances.target.to_numpy(dtype=kind)
    return Target(instances.task, instances.classes, instances.positive, values)


def signature_of(instances: Instances, *, is_probability: bool) -> Signature:
    """What a model of these instances takes and gives; its example is their first row."""
    example = {column.name: _plain(instances.features[column.name].iloc[0]) for column in instances.columns}
    return Signature(instances.columns, instances.classes, example, is_probability)


def out_of_fold(instances: Instances, splits: Sequence[Split], answers: Sequence[np.ndarray]) -> pd.DataFrame:
    """The folds' validation rows, sorted, with what the folds' fits said of them.

    answers: (rows, classes) for each split, or (rows, 1) of regression. Columns: row (position in the snapshot), fold,
    truth, label + p_0..p_{k-1} (classification; k = index in classes) + score (binary), or value (regression).
    """
    rows = np.concatenate([split.validate for split in splits]).astype(np.int64)
    folds = np.repeat(np.array([s.fold for s in splits], np.int16), [len(s.validate) for s in splits])
    order = np.argsort(rows, kind="stable")
    said, rows = np.vstack(answers)[order], rows[order]
    kind = np.str_ if instances.task.is_classification else np.float64
    truth = instances.target.iloc[rows].to_numpy(dtype=kind)
    columns = {"row": rows, "fold": folds[order], "truth": truth}
    if instances.task is Task.REGRESSION:
        return pd.DataFrame({**columns, "value": said[:, 0]})
    columns["label"] = answered(said, instances.task, instances.classes, instances.positive, None).labels
    columns |= {f"p_{k}": said[:, k] for k in range(len(instances.classes))}
    if instances.task is Task.BINARY and instances.positive is not None:
        columns["score"] = said[:, instances.classes.index(instances.positive)]
    return pd.DataFrame(columns)


def _matrix(triple: Triple, instances: Instances, part: Part) -> Matrix:
    asked = Asked(triple.recipe, instances.columns, algorithm_named(triple.algorithm, instances.task).missing)
    branches = recipes.branches_of(triple.recipe, instances.columns)
    sources = [instances.features] * len(branches)
    return matrix_of(asked, part, target_of(instances), [True] * len(sources), *sources)


def _plain(value: Any) -> Any:
    """A cell as a JSON value: None where missing, times in ISO 8601."""
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value.item() if isinstance(value, np.generic) else value
