"""What looks inside a model needs more than rows: toys that were really fitted, and features that a test writes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mms.domain.projects import Task
from mms.domain.tables import Column
from mms.domain.triples import Triple
from mms.ml.algorithms import algorithm_named
from mms.ml.diagnostics.ground import Ground, Sources
from mms.ml.fitting import Instances, fit_fold, fit_pipeline
from mms.ml.recipes.proposals import standard
from tests.ml.toys import folds_of, toy


def fitted_ground(
    task: Task, algorithm: str, columns: Sequence[str] = ("x0", "x2", "shape"), rows: int = 120
) -> Ground:
    """A triple fitted on all 12 folds of a toy with a few of its columns."""
    whole = toy(task, rows)
    chosen = tuple(column for column in whole.columns if column.name in columns)
    instances = Instances(
        task, chosen, whole.features[list(columns)], whole.target, None, None, whole.classes, whole.positive
    )
    triple = Triple(standard(chosen), algorithm, algorithm_named(algorithm, task).checked({}))
    splits = folds_of(instances)
    fits = [fit_fold(triple, instances, split, 0) for split in splits]
    oof = pd.concat([fit.oof for fit in fits]).sort_values("row", ignore_index=True)
    return Ground(
        task, instances.classes, instances.positive, True, triple, 0, tuple(fit.result for fit in fits),
        Sources(
            lambda: oof, lambda: instances, lambda: fit_pipeline(triple, instances, np.arange(rows), 0),
            lambda: splits, lambda: None,
        ),
    )  # fmt: skip


def instances_of(features: pd.DataFrame, columns: Sequence[Column], classes: tuple[str, ...] = ()) -> Instances:
    """Features that a test writes; their target is told by its out-of-fold rows."""
    task = Task.BINARY if classes else Task.REGRESSION
    target = pd.Series(index=range(len(features)), dtype=object)
    return Instances(task, tuple(columns), features, target, None, None, classes, classes[-1] if classes else None)
