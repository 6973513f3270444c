"""What the makers of diagnostics stand on: one model, its stored rows, and whatever else they ask for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.runs import FoldResult
from mms.domain.triples import Triple
from mms.ml.fitting import Instances
from mms.ml.folds import Split

Tables = dict[str, pd.DataFrame]
"""What a diagnostic is drawn from: small tables (at most `MOST_ROWS` rows each) by name."""

MOST_ROWS = 2_000
"""No table is longer: no chart sends more points."""


@dataclass(frozen=True, slots=True)
class Sources:
    """How a ground reads what not every maker needs.

    instances: the snapshot's rows. pipeline: the model's fitted one. splits: its folds, inside its scope.
    importances: columns feature, fold_0 .. fold_11, final; None where the algorithm tells none. answered: features of
    at most so many rows that it was asked about, from a day (ISO, UTC) to before another; None leaves an end open.
    """

    oof: Callable[[], pd.DataFrame]
    instances: Callable[[], Instances]
    pipeline: Callable[[], Any]
    splits: Callable[[], Sequence[Split]]
    importances: Callable[[], pd.DataFrame | None]
    answered: Callable[[str | None, str | None, int], Sequence[Mapping[str, Any]]] = lambda *_: ()


@dataclass(frozen=True)
class Ground:
    """One model. classes: in the order of the probabilities. is_probability: False where they only rank.

    folds: what each fit gave, the final one (-1) among them. tell: call it with the number of fits done so far; it
    raises Cancelled when somebody asks for a stop.
    """

    task: Task
    classes: tuple[str, ...]
    positive: str | None
    is_probability: bool
    triple: Triple
    seed: int
    folds: tuple[FoldResult, ...]
    sources: Sources
    tell: Callable[[int], None] = lambda _done: None

    @cached_property
    def oof(self) -> pd.DataFrame:
        """Out-of-fold rows, sorted: row, fold, truth, label + p_0 .. p_{k-1} (classification) or value (regression)."""
        return self.sources.oof()

    @cached_property
    def instances(self) -> Instances:
        """The snapshot's rows; `oof.row` holds their positions."""
        return self.sources.instances()

    @cached_property
    def pipeline(self) -> Any:
        """The model's fitted pipeline."""
        return self.sources.pipeline()

    @cached_property
    def splits(self) -> Sequence[Split]:
        """The folds the model was scored on."""
        return self.sources.splits()

    @cached_property
    def importances(self) -> pd.DataFrame | None:
        """What each feature weighed in each fold; None where the algorithm tells none."""
        return self.sources.importances()

    def class_named(self, name: str | None) -> str:
        """The class a check is about: the named one, the positive one, or the first; Invalid for a foreign name."""
        chosen = name if name is not None else self.positive or self.classes[0]
        if chosen not in self.classes:
            raise Invalid(f"This model knows no class '{chosen}'; it has {', '.join(self.classes)}.")
        return chosen

    def scored(self, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """One class against the rest: whether a row truly is of it (bool), its probability, its fold; (n,) each."""
        rows = self.oof
        return (
            (rows["truth"] == name).to_numpy(bool),
            rows[f"p_{self.classes.index(name)}"].to_numpy(float),
            rows["fold"].to_numpy(int),
        )
