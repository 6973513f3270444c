"""What composing a recipe needs: which steps may come next, what is wrong where, and what it makes of real rows."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from db.queries.snapshots import get_snapshot, snapshot_blocks
from mms.domain.errors import Invalid, MmsError
from mms.domain.recipes import branch_words
from mms.domain.snapshots import HELD_OUT, Snapshot
from mms.domain.tables import Column
from mms.domain.triples import BASELINE, Branch, Parameter, Recipe, Step, Triple
from mms.ml.fitting import Instances, unfitted
from mms.ml.recipes import TRANSFORMERS, checked_recipe, completed, proposed_recipes
from mms.ml.recipes.proposals import GROUPS, columns_of_type
from mms.ml.recipes.transformer import Transformer
from mms.ml.recipes.typed import KINDS
from mms.usecases.snapshots import load_instances

PREVIEW_ROWS = 300
"""Rows that a preview is fitted on."""

SHOWN_ROWS, SHOWN_COLUMNS = 8, 60
"""Rows and features that a preview shows."""


@dataclass(frozen=True, slots=True)
class StepOffer:
    """A vetted transformer that may come next."""

    name: str
    explanation: str
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """What flows through a chain. wrong: position of a step -> why it cannot stand there; the chain's length: its end.

    offers: what may be added at its end.
    """

    wrong: Mapping[int, str]
    offers: tuple[StepOffer, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a recipe makes of real rows. head: the first rows and features; features: how many there are in all."""

    head: pd.DataFrame
    rows: int
    columns: int
    features: int
    sparse: bool


def step_offers() -> Mapping[str, StepOffer]:
    """Every vetted transformer, by name."""
    return {t.name: _offer(t) for t in TRANSFORMERS.values()}


def first_draft(snapshot: Snapshot) -> Recipe:
    """A recipe to begin with: the first proposal, under a name of one's own."""
    return replace(proposed_recipes(snapshot.schema, snapshot.profile)[0], name="my recipe")


def opened_recipe(recipe: Recipe) -> Recipe:
    """A recipe from elsewhere with every parameter filled in; Invalid on an unknown transformer or a wrong value."""
    return completed(recipe)


def groups_of(columns: Sequence[Column]) -> tuple[str, ...]:
    """The groups by type of which there are columns."""
    return tuple(group for group in GROUPS if columns_of_type(group, columns))


def flow_of(branch: Branch, columns: Sequence[Column]) -> Flow:
    """Follow the kinds through a branch: each step must take what the one before gives."""
    by_name = {column.name: column for column in columns}
    if isinstance(branch.columns, str):
        taken = columns_of_type(branch.columns, columns) or ()
    else:
        taken = tuple(by_name[name] for name in branch.columns if name in by_name)
    kinds = {KINDS[column.type] for column in taken}
    if len(kinds) != 1:
        return Flow({len(branch.steps): _refusal(branch, columns) or "No column of the snapshot is taken."}, ())
    kind, sparse, wrong = kinds.pop(), False, {}
    for position, step in enumerate(branch.steps):
        transformer = TRANSFORMERS[step.transformer]
        if kind not in transformer.takes:
            takes = " or ".join(sorted(k.value for k in transformer.takes))
            wrong[position] = f"'{step.transformer}' takes {takes}, but here it would get {kind.value}."
        elif sparse and not transformer.takes_sparse:
            wrong[position] = f"'{step.transformer}' takes no sparse matrix, which the step before gives."
        kind, sparse = transformer.gives, transformer.gives_sparse(sparse)
    if not wrong and (refused := _refusal(branch, columns)):
        wrong[len(branch.steps)] = refused
    fitting = (t for t in TRANSFORMERS.values() if kind in t.takes and (t.takes_sparse or not sparse))
    return Flow(wrong, tuple(_offer(t) for t in fitting))


def flow_after(recipe: Recipe) -> Flow:
    """Follow the matrix of all branches side by side through the steps over all features."""
    sparse, wrong = any(_ends_sparse(branch) for branch in recipe.branches), {}
    for position, step in enumerate(recipe.after):
        transformer = TRANSFORMERS[step.transformer]
        if not transformer.after:
            wrong[position] = f"'{step.transformer}' stands in a branch, not over all features."
        elif sparse and not transformer.takes_sparse:
            wrong[position] = f"'{step.transformer}' takes no sparse matrix, which a branch or step before it gives."
        sparse = transformer.gives_sparse(sparse)
    fitting = (t for t in TRANSFORMERS.values() if t.after and (t.takes_sparse or not sparse))
    return Flow(wrong, tuple(_offer(t) for t in fitting))


def _ends_sparse(branch: Branch) -> bool:
    sparse = False
    for step in branch.steps:
        sparse = TRANSFORMERS[step.transformer].gives_sparse(sparse)
    return sparse


def preview_of(session: Session, snapshot_id: int, recipe: Recipe) -> Preview:
    """Fit the recipe on a few rows of a snapshot (none of its hold-out) and transform them.

    Invalid says which branch, or which step over all features, fails, and why.
    """
    snapshot = get_snapshot(session, snapshot_id)
    checked_recipe(recipe, snapshot.schema)
    instances = load_instances(session, snapshot_id)
    seen = np.flatnonzero(snapshot_blocks(session, snapshot) != HELD_OUT)
    rows = seen[np.unique(np.linspace(0, len(seen) - 1, PREVIEW_ROWS, dtype=np.intp))]
    try:
        return _fitted(recipe, instances, rows)
    except MmsError:
        raise
    except Exception as error:
        raise Invalid(f"{_culprit(recipe, instances, rows)} fails on {len(rows)} rows: {error}") from error


def _fitted(recipe: Recipe, instances: Instances, rows: np.ndarray) -> Preview:
    features = unfitted(Triple(recipe, BASELINE, {}), instances.columns, instances.task, 0).named_steps["recipe"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        matrix = features.fit_transform(instances.features.iloc[rows], instances.target.iloc[rows])
    sparse = hasattr(matrix, "toarray")
    head = matrix[:SHOWN_ROWS, :SHOWN_COLUMNS]
    names = [str(name) for name in features.get_feature_names_out()]
    frame = pd.DataFrame(head.toarray() if sparse else np.asarray(head), columns=names[:SHOWN_COLUMNS])
    return Preview(frame, len(rows), len(instances.columns), matrix.shape[1], sparse)


def _culprit(recipe: Recipe, instances: Instances, rows: np.ndarray) -> str:
    """The first part of a failing recipe that fails by itself, in words."""
    for number, branch in enumerate(recipe.branches, start=1):
        try:
            _fitted(Recipe(recipe.name, (branch,)), instances, rows)
        except MmsError:
            continue  # a branch of columns that this snapshot lacks
        except Exception:
            return f"Branch {number} ({branch_words(branch)})"
    for count, step in enumerate(recipe.after, start=1):
        try:
            _fitted(Recipe(recipe.name, recipe.branches, recipe.after[:count]), instances, rows)
        except Exception:
            return f"'{step.transformer}' over all features"
    return "The recipe"


def _refusal(branch: Branch, columns: Sequence[Column]) -> str | None:
    try:
        checked_recipe(Recipe("branch", (branch,)), columns)
    except MmsError as error:
        return error.sentence
    return None


def _offer(transformer: Transformer) -> StepOffer:
    return StepOffer(transformer.name, transformer.explanation, transformer.parameters)


def default_step(offer: StepOffer) -> Step:
    """The step with its defaults."""
    return Step(offer.name, {parameter.name: parameter.default for parameter in offer.parameters})
