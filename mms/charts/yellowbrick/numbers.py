"""What pictures of models are drawn from: small tables, and a shim that answers with what is stored."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.metrics import accuracy_score, r2_score

from mms.domain.errors import Invalid
from mms.domain.projects import Task


class ModelNumbers(Protocol):
    """The numbers of one picture. classes: in the order of the probabilities, () for numbers. metric: the primary one.
    greater: whether greater values of it are better.

    tables: by name, as the drawer of the kind says; `rows` are out-of-fold rows: fold, truth, and label + p_0..p_{k-1},
    or value.
    """

    @property
    def task(self) -> Task:
        """What kind of answers."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Labels."""

    @property
    def positive(self) -> str | None:
        """The class that is flagged."""

    @property
    def metric(self) -> str:
        """Label of the primary metric."""

    @property
    def greater(self) -> bool:
        """Of the metric."""

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Frames by name."""


class Answered(BaseEstimator):  # type: ignore[misc]
    """A fitted estimator whose answers are stored: its X is the number of a row, (n, 1).

    _estimator_type is what Yellowbrick asks for. Classes are 0..k-1, as it scores no others.
    """

    def __init__(self, answers: np.ndarray | None = None, shares: np.ndarray | None = None, classes: int = 0) -> None:
        self.answers = answers
        self.shares = shares
        self.classes = classes

    @property
    def _estimator_type(self) -> str:
        return "classifier" if self.classes else "regressor"

    @property
    def classes_(self) -> np.ndarray:
        """0..k-1."""
        return np.arange(self.classes)

    def fit(self, rows: np.ndarray, truth: np.ndarray | None = None) -> "Answered":
        """Nothing: it was fitted in the run."""
        return self

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """The stored answers, (n,)."""
        return np.asarray(self.answers)[rows[:, 0]]  # type: ignore[no-any-return]

    def predict_proba(self, rows: np.ndarray) -> np.ndarray:
        """The stored probabilities, (n, classes)."""
        return np.asarray(self.shares)[rows[:, 0]]  # type: ignore[no-any-return]

    def score(self, rows: np.ndarray, truth: np.ndarray) -> float:
        """Accuracy, or R²."""
        measure = accuracy_score if self.classes else r2_score
        return float(measure(truth, self.predict(rows)))


class Encoded:
    """Out-of-fold rows of classes as Yellowbrick takes them.

    numbers: (n, 1) of the rows. truth, answers: (n,) 0..k-1 over `names`, the classes that occur in either (all of
    them with every=True); of two the positive one comes last. shares: (n, k) probabilities of those.
    """

    def __init__(self, numbers: ModelNumbers, *, every: bool = False) -> None:
        rows = not_empty(numbers.tables["rows"])
        truth, label = rows["truth"].astype(str), rows["label"].astype(str)
        present = set(truth) | set(label)
        kept = [i for i, name in enumerate(numbers.classes) if every or name in present]
        if len(kept) == 2:
            kept.sort(key=lambda i: numbers.classes[i] == numbers.positive)
        self.names = [numbers.classes[i] for i in kept]
        index = {name: i for i, name in enumerate(self.names)}
        self.truth, self.answers = truth.map(index).to_numpy(), label.map(index).to_numpy()
        self.fold = rows["fold"].to_numpy() if "fold" in rows else np.zeros(len(rows), np.int64)
        columns = [f"p_{i}" for i in kept]
        self.shares = rows[columns].to_numpy(float) if set(columns) <= set(rows.columns) else None
        self.numbers = np.arange(len(rows))[:, None]

    def known(self) -> tuple[np.ndarray, list[int]]:
        """The probabilities (n, k), and the classes that truly occur, to each of which there is a curve."""
        if self.shares is None:
            raise Invalid("This model keeps no probabilities to rank by.")
        return self.shares, np.unique(self.truth).tolist()

    @property
    def model(self) -> Answered:
        """The shim that gives these answers."""
        return Answered(self.answers, self.shares, len(self.names))


def not_empty(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows; Invalid where there are none."""
    if rows.empty:
        raise Invalid("There are no out-of-fold rows to draw: this model was scored on none.")
    return rows


def on(canvas: Any) -> dict[str, Any]:
    """Where a visualizer is to draw."""
    return {"ax": canvas.axes, "fig": canvas.figure}
