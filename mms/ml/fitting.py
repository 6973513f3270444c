"""Fit one triple on one fold, or on the whole snapshot."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from mms.domain.models import Signature
from mms.domain.projects import Task
from mms.domain.runs import FoldResult
from mms.domain.tables import Column
from mms.domain.triples import Triple
from mms.ml.folds import Split


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
    """Fit on the split's training rows, score every metric of the task on both sides. Inner threads fixed at 1."""
    raise NotImplementedError


def fit_whole(triple: Triple, instances: Instances, seed: int) -> FittedWhole:
    """Fit on all rows."""
    raise NotImplementedError
