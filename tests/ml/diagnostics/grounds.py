"""Grounds made of rows alone: what a maker needs of a model, without one."""

from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from mms.domain.projects import Task
from mms.domain.triples import Recipe, Triple
from mms.ml.diagnostics.ground import Ground, Sources


def classified(
    truth: Sequence[str], probabilities: np.ndarray, classes: tuple[str, ...], *, is_probability: bool = True
) -> Ground:
    """Out-of-fold rows in 12 folds. probabilities: (n, classes)."""
    n = len(truth)
    labels = np.array(classes, dtype=object)[probabilities.argmax(axis=1)] if n else np.array([], dtype=object)
    shares = {f"p_{k}": probabilities[:, k] for k in range(len(classes))}
    rows = {"row": np.arange(n), "fold": np.arange(n) % 12, "truth": np.array(truth, dtype=object), "label": labels}
    task = Task.BINARY if len(classes) == 2 else Task.MULTICLASS
    return ground(task, pd.DataFrame({**rows, **shares}), classes, is_probability=is_probability)


def ground(
    task: Task, oof: pd.DataFrame, classes: tuple[str, ...] = (), *, is_probability: bool = True, **sources: Any
) -> Ground:
    """A ground on these rows; whatever else a maker asks for is given by name, or is a mistake."""

    def missing() -> NoReturn:
        raise AssertionError("a maker asked for more than stored rows")

    given = dict.fromkeys(("instances", "pipeline", "splits", "importances"), missing) | sources
    positive = classes[-1] if task is Task.BINARY else None
    triple = Triple(Recipe("none", ()), "dummy", {})
    return Ground(task, classes, positive, is_probability, triple, 0, (), Sources(oof=lambda: oof, **given))


def ranked(n: int = 3000, noise: float = 1.0, decimals: int = 2, seed: int = 1) -> Ground:
    """Late or on time, three in ten late, with many equal scores."""
    chance = np.random.default_rng(seed)
    late = chance.random(n) < 0.3
    score = np.round(1 / (1 + np.exp(-(late + noise * chance.normal(size=n)))), decimals)
    return classified(np.where(late, "late", "early").tolist(), np.column_stack([1 - score, score]), ("early", "late"))
