"""Search spaces: what a run fits."""

from datetime import UTC, datetime

import pytest

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.snapshots import FoldKind, FoldPlan, Profile, Selection, Snapshot
from mms.ml.costs import estimated_seconds
from mms.ml.recipes import proposed_recipes
from mms.ml.spaces import baseline, first_space, grid
from tests.ml.toys import toy


def snapshot(task: Task) -> Snapshot:
    return Snapshot(
        1, 1, 1, "ab" * 32, 1000, toy(task, 60).columns, "y", ("id",), None, None, Selection(),
        FoldPlan(FoldKind.STRATIFIED), Profile((), {}), "", "", None, None, "ada", datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("task", "names"),
    [
        (Task.BINARY, ["naive_bayes", "logistic", "svm", "neighbours", "boosting"]),
        (Task.MULTICLASS, ["naive_bayes", "logistic", "svm", "neighbours", "boosting"]),
        (Task.REGRESSION, ["ridge", "svm", "neighbours", "forest", "boosting"]),
    ],
)
def test_the_first_space_tries_every_school_with_the_recipe_that_suits_it(task: Task, names: list[str]) -> None:
    space = first_space(task, snapshot(task))

    assert [triple.algorithm for triple in space] == names
    assert len({triple.hash for triple in space}) == len(names)
    for triple in space:
        assert triple.recipe.name == ("trees" if triple.algorithm in ("forest", "boosting") else "standard")


def test_a_grid_is_every_combination_once() -> None:
    recipe, other = proposed_recipes(toy(Task.BINARY, 60).columns, Profile((), {}))[:2]

    space = grid([recipe, other, recipe], {"logistic": {"C": [0.1, 1.0, 1]}, "naive_bayes": {}}, Task.BINARY)

    assert len(space) == 2 * (2 + 1)
    assert all(triple.hyperparameters for triple in space)


def test_a_grid_spells_out_defaults_so_that_equal_triples_are_one() -> None:
    recipe = proposed_recipes(toy(Task.BINARY, 60).columns, Profile((), {}))[0]

    explicit = grid([recipe], {"logistic": {"C": [1.0], "max_iter": [200]}}, Task.BINARY)

    assert [t.hash for t in explicit] == [t.hash for t in grid([recipe], {"logistic": {}}, Task.BINARY)]


@pytest.mark.parametrize(
    ("grids", "sentence"),
    [
        ({"logistic": {"C": []}}, "Parameter 'C' of 'logistic' has no value to try: give at least one."),
        ({"logistic": {"C": [-1.0]}}, "Parameter 'C' of 'logistic' takes"),
        ({"logistic": {"D": [1]}}, "'logistic' has no parameter 'D'"),
        ({"magic": {}}, "'magic' is no algorithm for a binary project"),
    ],
)
def test_a_grid_of_unknown_things_is_refused(grids: dict[str, dict[str, list[float]]], sentence: str) -> None:
    recipe = proposed_recipes(toy(Task.BINARY, 60).columns, Profile((), {}))[0]

    with pytest.raises(Invalid) as refusal:
        grid([recipe], grids, Task.BINARY)

    assert refusal.value.sentence.startswith(sentence)


@pytest.mark.parametrize("task", list(Task))
def test_the_baseline_is_the_dummy(task: Task) -> None:
    recipe = proposed_recipes(toy(task, 60).columns, Profile((), {}))[0]

    assert baseline(task, recipe).algorithm == "dummy"
    assert baseline(task, recipe).recipe.hash == recipe.hash


def test_the_estimate_grows_with_rows_columns_and_trees() -> None:
    recipe = proposed_recipes(toy(Task.BINARY, 60).columns, Profile((), {}))[1]
    few, many = (grid([recipe], {"forest": {"n_estimators": [n]}}, Task.BINARY) for n in (50, 500))

    assert 0 < estimated_seconds(few, 1000, 10) < estimated_seconds(few, 9000, 10)
    assert estimated_seconds(few, 1000, 10) < estimated_seconds(few, 1000, 90)
    assert estimated_seconds(few, 1000, 10) < estimated_seconds(many, 1000, 10)


def test_the_work_of_a_recipe_is_counted_once() -> None:
    one, other = proposed_recipes(toy(Task.BINARY, 60).columns, Profile((), {}))[:2]
    single, shared, apart = (
        estimated_seconds(grid(recipes, {"logistic": {"C": values}}, Task.BINARY), 10_000, 10)
        for recipes, values in (((one,), [0.1]), ((one,), [0.1, 1.0]), ((one, other), [0.1]))
    )

    assert single < shared < apart == pytest.approx(2 * single)


def test_more_cores_take_less_time_and_pairs_of_rows_more() -> None:
    recipe = proposed_recipes(toy(Task.BINARY, 60).columns, Profile((), {}))[0]
    svc = grid([recipe], {"svc": {}}, Task.BINARY)

    assert estimated_seconds(svc, 1000, 10, cores=4) == estimated_seconds(svc, 1000, 10) / 4
    assert estimated_seconds(svc, 40_000, 10) > 10 * estimated_seconds(svc, 10_000, 10)
