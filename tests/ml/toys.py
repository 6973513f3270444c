"""Small instances of every task, with every type of column and every way of being missing."""

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits

from mms.domain.projects import Task
from mms.domain.snapshots import FoldPlan
from mms.domain.tables import Column, ColumnType
from mms.ml.fitting import Instances
from mms.ml.folds import Split, assign_blocks, proposed_kind, splits

ROWS = 240
NUMBERS = 10

_LOADERS = {Task.BINARY: load_breast_cancer, Task.MULTICLASS: load_digits, Task.REGRESSION: load_diabetes}


def toy(task: Task, rows: int = ROWS) -> Instances:
    """Real numbers and target; beside them made columns: category, boolean, time, text, one that is all missing."""
    data = _LOADERS[task](as_frame=True)
    varied = [name for name in data.data.columns if data.data[name].iloc[:rows].nunique() > 2][:NUMBERS]
    features = data.data[varied].iloc[:rows].astype("float64").copy()
    features.columns = [f"x{i}" for i in range(len(varied))]
    chance = np.random.default_rng(5)
    features.loc[chance.random(rows) < 0.1, "x1"] = np.nan
    features["shape"] = pd.Series(chance.choice(["round", "long", "odd", None], rows), dtype="str")
    features["flag"] = pd.Series(chance.choice([True, False, None], rows), dtype="boolean")
    features["count"] = pd.Series(chance.choice([1, 2, None], rows), dtype="Int64")
    features["seen"] = pd.Series(pd.date_range("2024-01-01", periods=rows, freq="7h", tz="UTC")).where(
        chance.random(rows) > 0.1
    )
    features["words"] = pd.Series(chance.choice(["a good day", "a bad night", "well done", None], rows), dtype="str")
    features["empty"] = np.nan
    target = data.target.iloc[:rows]
    classes: tuple[str, ...] = ()
    if task.is_classification:
        target = target.astype("str")
        classes = tuple(sorted(target.unique()))
    positive = "1" if task is Task.BINARY else None
    columns = (
        *(Column(f"x{i}", ColumnType.NUMBER) for i in range(len(varied))),
        Column("shape", ColumnType.CATEGORY),
        Column("flag", ColumnType.BOOLEAN),
        Column("count", ColumnType.INTEGER),
        Column("seen", ColumnType.TIME),
        Column("words", ColumnType.TEXT),
        Column("empty", ColumnType.NUMBER),
    )
    return Instances(task, columns, features, target, None, None, classes, positive)


def folds_of(instances: Instances, seed: int = 0) -> list[Split]:
    """The 12 folds that the task proposes without a time."""
    plan = FoldPlan(proposed_kind(instances.task, has_time=False), seed)
    blocks = assign_blocks(plan, instances.target, None, instances.task)
    return splits(plan, blocks, None, None)
