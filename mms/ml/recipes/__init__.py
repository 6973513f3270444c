"""Recipes: feature pipelines as data, built from vetted transformers."""

from collections.abc import Mapping, Sequence
from typing import Any

from mms.domain.snapshots import Profile
from mms.domain.tables import Column
from mms.domain.triples import Parameter, Recipe


def transformers() -> Mapping[str, tuple[Parameter, ...]]:
    """Vetted transformers by name, with their parameters."""
    raise NotImplementedError


def checked_recipe(recipe: Recipe, columns: Sequence[Column]) -> Recipe:
    """The recipe with every parameter checked and filled in; Invalid names what is unknown or fits no column."""
    raise NotImplementedError


def build(recipe: Recipe, columns: Sequence[Column], *, dense: bool) -> Any:
    """An unfitted scikit-learn transformer from a frame of `columns` to a matrix."""
    raise NotImplementedError


def proposed_recipes(columns: Sequence[Column], profile: Profile) -> tuple[Recipe, ...]:
    """Ready recipes that fit the columns, the best first guess first."""
    raise NotImplementedError
