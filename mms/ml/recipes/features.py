"""A whole recipe as one transformer: typed columns, branches side by side, what is missing filled, steps after.

Everything here works on `Sides`, so that the fold loop can fit a recipe piece by piece, and share the pieces.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin

from mms.domain.tables import Column
from mms.domain.triples import Recipe, Step
from mms.ml import recipes
from mms.ml.recipes.fill import Fill
from mms.ml.recipes.transformer import Kind
from mms.ml.recipes.typed import KINDS, Typed

SPARSE_BELOW = 0.3
"""A matrix stays sparse while fewer of its cells are stored."""


@dataclass(frozen=True, slots=True)
class Sides:
    """What flows through a recipe. fit: the training rows, as the next step learns from them.

    train: the same rows as `transform` gives them, which differs behind a cross-fitted step only, and is the very same
    object elsewhere. validate: rows that no step learns from. None: not wanted.
    """

    fit: Any
    train: Any | None = None
    validate: Any | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A fitted step. takes_sparse: of its vetted transformer."""

    transformer: Any
    takes_sparse: bool

    def apply(self, value: Any) -> Any:
        """What it makes of rows."""
        return self.transformer.transform(value if self.takes_sparse else dense(value))


@dataclass(frozen=True, slots=True)
class Chain:
    """A branch: its columns, and the steps that are fitted so far."""

    columns: tuple[Column, ...]
    steps: tuple[Made, ...] = ()


class Features(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A frame of `columns` to a matrix (rows, features): CSR where it is mostly zeros, else float64.

    dense: never CSR. missing: the algorithm takes missing values, so only empty columns are filled; before steps over
    all features everything is. Unseen categories, missing values of any sort and all-missing columns pass.
    """

    def __init__(self, recipe: Recipe, columns: Sequence[Column], dense: bool = False, missing: bool = False) -> None:
        self.recipe = recipe
        self.columns = columns
        self.dense = dense
        self.missing = missing

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Learn every step. X: (n, any), with all columns by name."""
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: pd.DataFrame, y: Any = None, **_: Any) -> Any:
        """Learn every step; the matrix of these rows."""
        chains, sides = [], []
        for branch, columns in recipes.branches_of(self.recipe, self.columns):
            chain, side = extended(Chain(columns), Sides(typed(X, columns)), branch.steps, y)
            chains.append(chain)
            sides.append(side)
        return self._given(self.join(chains, sides, y).fit)

    def transform(self, X: pd.DataFrame) -> Any:
        """The matrix of these rows."""
        blocks = []
        for chain in self.chains_:
            value = typed(X, chain.columns)
            for step in chain.steps:
                value = step.apply(value)
            blocks.append(value)
        value = self.fill_.transform(self._beside(blocks))
        for step in self.after_:
            value = step.apply(value)
        return self._given(value)

    def join(self, chains: Sequence[Chain], sides: Sequence[Sides], y: Any) -> Sides:
        """Take fitted branches with what came out of them, and learn what follows; never dense unless it came so."""
        self.chains_ = tuple(chains)
        self.n_features_in_ = len(self.columns)
        blocks = [side.fit for side in sides]
        self.sparse_ = any(sparse.issparse(block) for block in blocks) and _density(blocks) < SPARSE_BELOW
        fit = self._beside(blocks)
        is_same = all(side.train is side.fit for side in sides)
        train = None if sides[0].train is None else fit if is_same else self._beside([side.train for side in sides])
        validate = None if sides[0].validate is None else self._beside([side.validate for side in sides])
        self.fill_ = Fill(bool(self.recipe.after) or not self.missing).fit(fit)
        filled = self.fill_.transform(fit)
        joined = Sides(
            filled,
            filled if train is fit else _maybe(self.fill_.transform, train),
            _maybe(self.fill_.transform, validate),
        )
        chain, joined = extended(Chain(()), joined, recipes.completed(self.recipe).after, y)
        self.after_ = chain.steps
        return joined

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """One name a feature; a name that an earlier branch has taken is preceded by its branch's number."""
        names: list[str] = []
        taken: set[str] = set()
        for i, chain in enumerate(self.chains_):
            own = _named([column.name for column in chain.columns], chain.steps)
            names += [f"{i}__{name}" if name in taken else name for name in own]
            taken.update(own)
        return np.array(_named(names, self.after_), dtype=object)

    def _beside(self, blocks: Sequence[Any]) -> Any:
        if self.sparse_:
            if len(blocks) == 1:
                return sparse.csr_matrix(blocks[0], dtype=np.float64)
            matrix = sparse.hstack(blocks, format="csr", dtype=np.float64)
            matrix.sum_duplicates()
            return matrix
        parts = [np.asarray(dense(block), dtype=np.float64) for block in blocks]
        return parts[0] if len(parts) == 1 else np.hstack(parts)

    def _given(self, value: Any) -> Any:
        return dense(value) if self.dense else value


def typed(X: pd.DataFrame, columns: Sequence[Column]) -> Any:
    """A branch's columns as its first step takes them: numbers as a float64 array (rows, columns), else a frame."""
    frame = Typed(tuple(columns)).transform(X)
    is_numbers = all(KINDS[column.type] is Kind.NUMBERS for column in columns)
    return np.ascontiguousarray(frame.to_numpy(dtype=np.float64)) if is_numbers else frame


def extended(chain: Chain, sides: Sides, steps: Sequence[Step], y: Any) -> tuple[Chain, Sides]:
    """Fit more steps on `sides.fit`, and pass all sides through each. y: (n,) target of the training rows."""
    made = list(chain.steps)
    for step in steps:
        known = recipes.TRANSFORMERS[step.transformer]
        new = Made(known.make(step.parameters), known.takes_sparse)
        fit = new.transformer.fit_transform(sides.fit if new.takes_sparse else dense(sides.fit), y)
        is_same = sides.train is sides.fit and not known.cross_fitted
        sides = Sides(fit, fit if is_same else _maybe(new.apply, sides.train), _maybe(new.apply, sides.validate))
        made.append(new)
    return Chain(chain.columns, tuple(made)), sides


def dense(value: Any) -> Any:
    """Not sparse; everything else as it is."""
    return value.toarray() if sparse.issparse(value) else value


def _maybe(apply: Any, value: Any | None) -> Any | None:
    return None if value is None else apply(value)


def _density(blocks: Sequence[Any]) -> float:
    cells = sum(block.shape[0] * block.shape[1] for block in blocks)
    stored = sum(block.nnz if sparse.issparse(block) else np.count_nonzero(block) for block in blocks)
    return stored / cells if cells else 0.0


def _named(names: Sequence[str], steps: Sequence[Made]) -> list[str]:
    given: Any = names
    for step in steps:
        given = step.transformer.get_feature_names_out(np.asarray(given, dtype=object))
    return [str(name) for name in given]
