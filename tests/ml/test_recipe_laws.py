"""Laws that hold for every vetted transformer, wherever a recipe may place it."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.triples import Branch, Recipe, Step
from mms.ml.fitting import Instances
from mms.ml.recipes import TRANSFORMERS, checked_recipe
from mms.ml.recipes.features import Features
from mms.ml.recipes.proposals import GROUPS
from mms.ml.recipes.transformer import Transformer
from tests.ml.toys import toy

ROWS = 120
OTHERS = ("impute", "tokenise", "tf_idf", "one_hot", "calendar", "ordinal")
"""Steps that may stand before another in the recipes tried here."""


def places() -> Iterator[Recipe]:
    """Every transformer in each legal place (first in a branch, second, over all features), and each of its choices."""
    columns = toy(Task.BINARY, 30).columns
    for name, transformer in TRANSFORMERS.items():
        for parameters in ({}, *choices_of(transformer)):
            step = Step(name, parameters)
            for group in GROUPS:
                for before in ((), *((Step(other, {}),) for other in OTHERS if not parameters)):
                    yield from legal(Recipe(name, (Branch(group, (*before, step)),)), columns)
            for group, words in (("numeric", ()), ("text", (Step("tf_idf", {}),))):
                yield from legal(Recipe(name, (Branch(group, words),), (step,)), columns)


def choices_of(transformer: Transformer) -> Iterator[dict[str, Any]]:
    """Each choice and switch of a transformer that is not its default, one at a time."""
    for parameter in transformer.parameters:
        values = (True, False) if parameter.kind == "boolean" else parameter.choices
        yield from ({parameter.name: value} for value in values if value != parameter.default)


def legal(recipe: Recipe, columns: Any) -> Iterator[Recipe]:
    """The recipe, ended in numbers where it ends in words or categories; nothing where it is refused."""
    branch = recipe.branches[0]
    for end in ((), (Step("count_words", {}),), (Step("ordinal", {}),)):
        try:
            ended = Recipe(recipe.name, (Branch(branch.columns, (*branch.steps, *end)),), recipe.after)
            yield checked_recipe(ended, columns)
        except Invalid:
            continue
        return


@cache
def table(task: Task) -> Instances:
    return toy(task, ROWS)


RECIPES = list({recipe.hash: recipe for recipe in places()}.values())


def named(recipe: Recipe) -> str:
    steps = [step.transformer for branch in recipe.branches for step in branch.steps]
    return "-".join([str(recipe.branches[0].columns), *steps, *(step.transformer for step in recipe.after)])


def is_rowwise(recipe: Recipe) -> bool:
    return not recipe.after and all(TRANSFORMERS[step.transformer].rowwise for step in recipe.branches[0].steps)


def tasks_of(recipe: Recipe) -> tuple[Task, ...]:
    """All tasks for a step that looks at the target, as far as it takes them; any one for others."""
    steps = (*recipe.branches[0].steps, *recipe.after)
    if any(step.parameters.get("score") == "chi2" for step in steps):
        return Task.BINARY, Task.MULTICLASS
    looks = any(step.transformer in ("k_best", "from_model", "target_mean") for step in steps)
    return tuple(Task) if looks else (Task.BINARY,)


TASKS = [(recipe, task) for recipe in RECIPES for task in tasks_of(recipe)]


def odd(frame: pd.DataFrame, value: str) -> pd.DataFrame:
    """The frame with every column constant, or all missing."""
    if value == "constant":
        return pd.concat([frame.iloc[[0]]] * len(frame), ignore_index=True).set_index(frame.index).astype(frame.dtypes)
    return frame.where(pd.DataFrame(False, index=frame.index, columns=frame.columns))


def full(matrix: Any) -> np.ndarray:
    return matrix.toarray() if sparse.issparse(matrix) else matrix


def test_every_transformer_is_tried() -> None:
    tried = {step.transformer for recipe in RECIPES for branch in recipe.branches for step in branch.steps}

    assert tried == set(TRANSFORMERS)


@pytest.mark.parametrize("recipe", list(filter(is_rowwise, RECIPES)), ids=named)
def test_a_step_called_rowwise_learns_nothing(recipe: Recipe) -> None:
    instances = table(Task.BINARY)
    rows = np.random.default_rng(4).permutation(ROWS)[:50]
    all_rows, few = (Features(recipe, instances.columns, dense=True, missing=True) for _ in range(2))

    taken = all_rows.fit_transform(instances.features)[rows]

    np.testing.assert_array_equal(taken, few.fit(instances.features.iloc[:3]).transform(instances.features.iloc[rows]))


@pytest.mark.slow
@pytest.mark.parametrize(("recipe", "task"), TASKS, ids=[f"{named(recipe)}-{task.value}" for recipe, task in TASKS])
def test_training_rows_are_turned_alike_by_fit_and_later_and_validation_rows_never_teach(
    recipe: Recipe, task: Task
) -> None:
    instances = table(task)
    train, validate = instances.features.iloc[: ROWS - 30], instances.features.iloc[ROWS - 30 :]
    y = target(instances)[: ROWS - 30]
    features = Features(recipe, instances.columns, dense=True, missing=True)

    fitted = features.fit_transform(train, y)
    both = features.transform(instances.features)

    assert fitted.shape[1] == both.shape[1] == len(features.get_feature_names_out())
    assert len(set(features.get_feature_names_out())) == both.shape[1]
    assert not np.isinf(both).any()
    if not any(TRANSFORMERS[step.transformer].cross_fitted for b in recipe.branches for step in b.steps):
        np.testing.assert_allclose(fitted, features.transform(train), atol=1e-9)
    np.testing.assert_allclose(np.vstack([features.transform(train), features.transform(validate)]), both, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("value", ["constant", "missing"])
@pytest.mark.parametrize("recipe", RECIPES, ids=named)
def test_a_fold_in_which_nothing_varies_is_survived(recipe: Recipe, value: str) -> None:
    instances = table(Task.BINARY)
    train, y = odd(instances.features.iloc[:40], value), target(instances)[:40]
    features = Features(recipe, instances.columns, dense=True)

    fitted = features.fit_transform(train, y)
    later = features.transform(instances.features)

    assert not np.isnan(fitted).any()
    assert not np.isnan(later).any()


@pytest.mark.slow
@pytest.mark.parametrize("recipe", RECIPES, ids=named)
def test_two_rows_are_enough_to_learn_from_and_none_can_be_asked(recipe: Recipe) -> None:
    instances = table(Task.BINARY)
    rows = [int(np.flatnonzero(target(instances) == label)[0]) for label in instances.classes]
    features = Features(recipe, instances.columns, dense=True)

    features.fit(instances.features.iloc[rows], target(instances)[rows])

    assert np.isfinite(features.transform(instances.features)).all()


def target(instances: Instances) -> np.ndarray:
    if instances.task is Task.REGRESSION:
        return instances.target.to_numpy(dtype=np.float64)
    return instances.target.to_numpy(dtype=np.str_)
