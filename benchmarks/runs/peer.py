"""The peer: GridSearchCV over plain scikit-learn pipelines, on the folds of a snapshot."""

import json
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.runs import Rows, Scores, scorers
from mms.domain.triples import Triple
from mms.ml.algorithms import estimator

Plain = Callable[[Triple], Any]
"""A triple -> its recipe in plain scikit-learn."""

JOBS = 2


@dataclass(frozen=True, slots=True)
class Measured:
    """What the peer took and found."""

    seconds: float
    scores: dict[str, Scores]


def searched(rows: Rows, X: Any, triples: Sequence[Triple], plain: Plain) -> Measured:
    """Every triple on all folds, train scores too, no refit."""
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import Pipeline

    instances = rows.instances
    grid = [
        {"recipe": [plain(t)], "model": [estimator(t.algorithm, t.hyperparameters, instances.task, 0)]} for t in triples
    ]
    metrics = scorers(instances.positive)
    y = instances.target.to_numpy(dtype=np.str_)
    if "roc_auc" in metrics and instances.positive != instances.classes[1]:
        raise AssertionError("name the positive class so that it comes second")
    search = GridSearchCV(
        Pipeline([("recipe", "passthrough"), ("model", "passthrough")]),
        grid,
        scoring=metrics,
        n_jobs=JOBS,
        refit=False,
        cv=rows.folds,
        return_train_score=True,
        error_score="raise",
    )
    started = perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search.fit(X, y)
    seconds = perf_counter() - started
    means = {name: search.cv_results_[f"mean_test_{name}"] for name in metrics}
    scores = {t.hash: {name: float(means[name][i]) for name in metrics} for i, t in enumerate(triples)}
    return Measured(seconds, scores)


def told(measured: Measured) -> None:
    """Print it for the process that asked."""
    sys.stdout.write(json.dumps({"seconds": measured.seconds, "scores": measured.scores}) + "\n")
