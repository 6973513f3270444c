"""Fold plans on real rows: block assignment, the 12 train/validate splits, and the newest hold-out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mms.domain.projects import Task
from mms.domain.snapshots import FoldKind, FoldPlan


def proposed_kind(task: Task, has_time: bool) -> FoldKind:
    """By time where there is a time; else stratified for classes, shuffled for numbers."""
    raise NotImplementedError


def assign_blocks(plan: FoldPlan, target: pd.Series, time: pd.Series | None, task: Task) -> np.ndarray:
    """The block of every row, int16, shape (rows,). Raises Invalid with the class that has fewer than 12 rows, etc."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Split:
    """One fold: positions of its training and validation rows."""

    fold: int
    train: np.ndarray
    validate: np.ndarray


def splits(plan: FoldPlan, blocks: np.ndarray, time: pd.Series | None, label_time: pd.Series | None) -> list[Split]:
    """The 12 splits of a plan, in fold order (see FoldPlan for the rules)."""
    raise NotImplementedError


def newest_rows(plan: FoldPlan, blocks: np.ndarray, time: pd.Series | None) -> np.ndarray | None:
    """Positions of the newest hold-out: the last 3 of 13 blocks of time; None for a snapshot without time."""
    raise NotImplementedError
