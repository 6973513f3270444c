"""The pieces of a recipe's work: pure functions, which see the training rows of their own part only.

A piece begins where the one before ended: at the frame of all features, at `Rows` or at `Learnt`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from mms.domain.projects import Task
from mms.domain.runs import FINAL_FIT
from mms.domain.tables import Column
from mms.domain.triples import Recipe, Step
from mms.ml import recipes
from mms.ml.quiet import calm
from mms.ml.recipes.features import Chain, Features, Sides, extended, typed
from mms.ml.threads import one_thread

NEWEST = -2
"""The part that learns from the rows before the newest ones, and is validated on those."""


@dataclass(frozen=True, slots=True)
class Part:
    """Positions of the rows to learn from and of those to validate on. number: a fold, FINAL_FIT (validates on none)
    or NEWEST."""

    number: int
    train: np.ndarray
    validate: np.ndarray

    @property
    def is_final(self) -> bool:
        """Whether its fit becomes the model."""
        return self.number == FINAL_FIT


@dataclass(frozen=True, slots=True)
class Target:
    """What is learnt. values: (n,) str labels, or float64 numbers. classes: sorted labels, () for regression."""

    task: Task
    classes: tuple[str, ...]
    positive: str | None
    values: np.ndarray


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a snapshot behind steps that learn nothing. seconds: of making it."""

    chain: Chain
    value: Any
    seconds: float

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        return _bytes(self.value)


@dataclass(frozen=True, slots=True)
class Learnt:
    """One part's rows behind the first steps of a branch. seconds: of fitting them."""

    chain: Chain
    sides: Sides
    seconds: float

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        return _bytes(self.sides.fit) + _bytes(self.sides.validate)


@dataclass(frozen=True, slots=True)
class Matrix:
    """One recipe's features for one part, and the target of its rows. seconds: of making it.

    truth: the target of `sides`. names: the features' names, joined by NUL. features: the fitted recipe, kept where it
    becomes part of a model.
    """

    part: Part
    task: Task
    classes: tuple[str, ...]
    positive: str | None
    truth: Sides
    sides: Sides
    names: str
    features: Any | None
    seconds: float

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        return _bytes(self.sides.fit) + _bytes(self.sides.validate)


@dataclass(frozen=True, slots=True)
class Asked:
    """A matrix to make: of which recipe, from which columns, for algorithms that take missing values or not."""

    recipe: Recipe
    columns: tuple[Column, ...]
    missing: bool


Source = pd.DataFrame | Rows | Learnt


def rows_of(source: Source, columns: tuple[Column, ...], steps: Sequence[Step], is_first: bool) -> Rows:
    """Columns behind steps that learn nothing, for all rows. source: the frame, or fewer of these steps.

    is_first: nobody has used the source before, so its seconds count here.
    """
    started = perf_counter() - (_seconds(source) if is_first else 0.0)
    with one_thread(), calm():
        if isinstance(source, pd.DataFrame):
            chain, value = Chain(columns), typed(source, columns)
        else:
            assert isinstance(source, Rows)
            chain, value = source.chain, source.value
        chain, sides = extended(chain, Sides(value), steps[len(chain.steps) :], None)
    return Rows(chain, sides.fit, perf_counter() - started)


def learnt_of(
    source: Source, columns: tuple[Column, ...], steps: Sequence[Step], is_first: bool, part: Part, target: Target
) -> Learnt:
    """Steps of a branch fitted on a part's training rows. source: the frame, or fewer of these steps."""
    started = perf_counter() - (_seconds(source) if is_first else 0.0)
    with one_thread(), calm():
        chain, sides = _begun(source, columns, part)
        chain, sides = extended(chain, sides, steps[len(chain.steps) :], target.values[part.train])
    return Learnt(chain, sides, perf_counter() - started)


def matrix_of(asked: Asked, part: Part, target: Target, are_first: Sequence[bool], *sources: Source) -> Matrix:
    """A recipe fitted on a part's training rows. sources: one a branch; are_first: whose seconds count here."""
    started = perf_counter() - sum(_seconds(source) for source, is_ in zip(sources, are_first, strict=True) if is_)
    y = target.values[part.train]
    features = Features(asked.recipe, asked.columns, missing=asked.missing)
    chains, sides = [], []
    with one_thread(), calm():
        branches = recipes.branches_of(asked.recipe, asked.columns)
        for (branch, columns), source in zip(branches, sources, strict=True):
            chain, side = _begun(source, columns, part)
            chain, side = extended(chain, side, branch.steps[len(chain.steps) :], y)
            chains.append(chain)
            sides.append(side)
        joined = features.join(chains, sides, y)
        names = "\0".join(features.get_feature_names_out())
    return _matrix(part, target, joined, names, features, started)


def continued_of(warm: Any, part: Part, target: Target, frame: pd.DataFrame) -> Matrix:
    """The same of a fitted pipeline, whose recipe has learnt already."""
    started = perf_counter()
    with one_thread(), calm():
        train = warm[:-1].transform(frame.iloc[part.train])
        validate = None if part.is_final else warm[:-1].transform(frame.iloc[part.validate])
        names = "\0".join(warm[:-1].get_feature_names_out())
    return _matrix(part, target, Sides(train, train, validate), names, warm, started)


def _matrix(part: Part, target: Target, sides: Sides, names: str, features: Any, started: float) -> Matrix:
    y = target.values[part.train]
    truth = Sides(y, y, None if part.is_final else target.values[part.validate])
    seconds = perf_counter() - started
    kept = features if part.is_final else None
    return Matrix(part, target.task, target.classes, target.positive, truth, sides, names, kept, seconds)


def _begun(source: Source, columns: tuple[Column, ...], part: Part) -> tuple[Chain, Sides]:
    """A branch of one part, as far as the source has come."""
    if isinstance(source, Learnt):
        return source.chain, source.sides
    if isinstance(source, Rows):
        chain, value = source.chain, source.value
        fit = _rows(value, part.train)
        return chain, Sides(fit, fit, None if part.is_final else _rows(value, part.validate))
    fit = typed(source.iloc[part.train], columns)
    return Chain(columns), Sides(fit, fit, None if part.is_final else typed(source.iloc[part.validate], columns))


def _rows(value: Any, positions: np.ndarray) -> Any:
    return value.iloc[positions] if isinstance(value, pd.DataFrame) else value[positions]


def _seconds(source: Source) -> float:
    return 0.0 if isinstance(source, pd.DataFrame) else source.seconds


def _bytes(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, pd.DataFrame):
        return int(value.memory_usage(deep=True).sum())
    if sparse.issparse(value):
        return int(value.data.nbytes + value.indices.nbytes + value.indptr.nbytes)
    return int(value.nbytes)
