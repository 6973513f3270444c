"""Recipes: feature pipelines as data, built from vetted transformers."""

from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline, make_pipeline

from mms.domain.errors import Invalid
from mms.domain.snapshots import Profile
from mms.domain.tables import Column
from mms.domain.triples import Branch, Parameter, Recipe, Step, checked_parameters
from mms.ml.recipes import proposals
from mms.ml.recipes.calendar import CALENDAR
from mms.ml.recipes.impute import IMPUTE, IMPUTE_CATEGORY
from mms.ml.recipes.one_hot import ONE_HOT
from mms.ml.recipes.ordinal import ORDINAL
from mms.ml.recipes.proposals import GROUPS, columns_of_type
from mms.ml.recipes.scale import SCALE
from mms.ml.recipes.text import TEXT_LENGTH, TF_IDF
from mms.ml.recipes.transformer import Kind, Transformer
from mms.ml.recipes.typed import KINDS, Typed

_ALL = (IMPUTE, IMPUTE_CATEGORY, SCALE, ONE_HOT, ORDINAL, CALENDAR, TF_IDF, TEXT_LENGTH)

TRANSFORMERS: Mapping[str, Transformer] = {transformer.name: transformer for transformer in _ALL}
"""The vetted transformers: nothing outside can be named."""


def transformers() -> Mapping[str, tuple[Parameter, ...]]:
    """Vetted transformers by name, with their parameters."""
    return {name: transformer.parameters for name, transformer in TRANSFORMERS.items()}


def completed(recipe: Recipe) -> Recipe:
    """The recipe with every parameter checked and filled in, so that equal recipes have equal hashes."""
    branches = tuple(Branch(b.columns, tuple(_completed_step(s) for s in b.steps)) for b in recipe.branches)
    return Recipe(recipe.name, branches)


def checked_recipe(recipe: Recipe, columns: Sequence[Column]) -> Recipe:
    """The recipe with every parameter checked and filled in; Invalid names what is unknown or fits no column.

    A branch by type that meets no column is kept, for other snapshots; a recipe that meets none at all is refused.
    """
    complete = completed(recipe)
    for branch in complete.branches:
        _check_chain(branch, _columns_of(branch, columns))
    if not any(_columns_of(branch, columns) for branch in complete.branches):
        raise Invalid(f"Recipe '{recipe.name}' takes none of the columns: add a branch for at least one of them.")
    return complete


def build(recipe: Recipe, columns: Sequence[Column], *, dense: bool) -> Any:
    """An unfitted scikit-learn transformer from a frame of `columns` to a matrix.

    dense: never give a sparse matrix. Unseen categories, missing values of any sort and all-missing columns pass.
    """
    recipe = checked_recipe(recipe, columns)
    parts = [
        (f"{i}_{branch.columns if isinstance(branch.columns, str) else 'named'}", _chain(branch), names)
        for i, branch in enumerate(recipe.branches)
        if (names := [c.name for c in _columns_of(branch, columns)])
    ]
    used = {name for _, _, names in parts for name in names}
    typed = Typed(tuple(c for c in columns if c.name in used))
    side_by_side = ColumnTransformer(
        parts,
        sparse_threshold=0.0 if dense else 0.3,
    )
    return Pipeline([("typed", typed), ("columns", side_by_side)])


def proposed_recipes(columns: Sequence[Column], profile: Profile) -> tuple[Recipe, ...]:
    """Ready recipes that fit the columns, the best first guess first."""
    if not columns:
        raise Invalid("There is no feature column to learn from: declare at least one.")
    return tuple(completed(make(columns)) for make in (proposals.standard, proposals.trees, proposals.robust))


def _completed_step(step: Step) -> Step:
    transformer = TRANSFORMERS.get(step.transformer)
    if transformer is None:
        raise Invalid(f"'{step.transformer}' is no transformer; choose one of {', '.join(sorted(TRANSFORMERS))}.")
    return Step(step.transformer, checked_parameters(step.parameters, transformer.parameters, step.transformer))


def _columns_of(branch: Branch, columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns a branch takes, in the frame's order for groups, in the branch's order for names."""
    if isinstance(branch.columns, str):
        group = columns_of_type(branch.columns, columns)
        if group is None:
            raise Invalid(f"'{branch.columns}' is no group of columns; choose one of {', '.join(GROUPS)}, or names.")
        return group
    by_name = {column.name: column for column in columns}
    unknown = [name for name in branch.columns if name not in by_name]
    if unknown:
        raise Invalid(f"The recipe takes column '{unknown[0]}', which is no feature; there are {', '.join(by_name)}.")
    return tuple(by_name[name] for name in dict.fromkeys(branch.columns))


def _check_chain(branch: Branch, columns: Sequence[Column]) -> None:
    """Invalid where a step cannot take what comes before it, or where a branch does not end in numbers."""
    kinds = {KINDS[column.type] for column in columns}
    if len(kinds) > 1:
        found = " and ".join(sorted(kind.value for kind in kinds))
        raise Invalid(f"A branch takes columns of one kind; {branch.columns} holds {found}: make a branch for each.")
    if not kinds:
        return
    kind = kinds.pop()
    for i, step in enumerate(branch.steps):
        transformer = TRANSFORMERS[step.transformer]
        if kind not in transformer.takes:
            takes = " or ".join(sorted(k.value for k in transformer.takes))
            raise Invalid(f"'{step.transformer}' takes {takes}, but here it would get {kind.value}.")
        if transformer.sparse and i < len(branch.steps) - 1:
            raise Invalid(f"'{step.transformer}' must be the last step of its branch: its matrix is mostly zeros.")
        kind = transformer.gives
    if kind is not Kind.NUMBERS:
        raise Invalid(f"A branch must end in numbers, but {branch.columns} ends in {kind.value}: add a step.")


def _chain(branch: Branch) -> Any:
    steps = [TRANSFORMERS[step.transformer].make(step.parameters) for step in branch.steps]
    return make_pipeline(*steps) if steps else "passthrough"
