"""Triples drawn at random, and the neighbourhood of one: laws for every algorithm."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.search import Choice, Range
from mms.domain.triples import BASELINE, Branch, Recipe, Step, Triple
from mms.ml.algorithms import Algorithm, algorithm_named, algorithms_of
from mms.ml.drawing import neighbourhood, sample
from mms.ml.spaces import full_choice, grid_of

RECIPE = Recipe("plain", (Branch("numeric", (Step("impute", {}),)),))
OTHER = Recipe("scaled", (Branch("numeric", (Step("impute", {}), Step("scale", {}))),))
CASES = [(task, a) for task in Task for a in algorithms_of(task) if a.name != BASELINE]

tasked = st.sampled_from(CASES)
lawful = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def within(algorithm: Algorithm, triple: Triple, choice: Choice) -> bool:
    return all(
        values.low <= triple.hyperparameters[name] <= values.high  # type: ignore[operator]
        if isinstance(values, Range)
        else triple.hyperparameters[name] in values
        for name, values in choice.values.items()
    )


@lawful
@given(tasked, st.integers(1, 20), st.integers(0, 2**31 - 1))
def test_a_sample_is_of_different_triples_of_the_space_and_the_same_for_a_seed(
    case: tuple[Task, Algorithm], count: int, seed: int
) -> None:
    task, algorithm = case
    choice = full_choice(algorithm, (RECIPE, OTHER))
    space = {algorithm.name: choice}

    drawn = sample(space, count, seed, task)

    assert len({triple.hash for triple in drawn}) == len(drawn)
    assert len(drawn) == count or not any(isinstance(values, Range) for values in choice.values.values())
    assert all(within(algorithm, triple, choice) for triple in drawn)
    assert all(algorithm.checked(triple.hyperparameters) == triple.hyperparameters for triple in drawn)
    assert [t.hash for t in sample(space, count, seed, task)] == [t.hash for t in drawn]


def test_a_space_with_fewer_triples_than_asked_for_gives_all_of_them() -> None:
    space = {"tree": Choice((RECIPE, OTHER), {"max_depth": (2, 4, None)})}

    drawn = sample(space, 50, 1, Task.BINARY)

    assert {triple.hash for triple in drawn} == {triple.hash for triple in grid_of(space, Task.BINARY)}


def test_numbers_on_a_logarithmic_scale_are_drawn_by_factors() -> None:
    space = {"logistic": Choice((RECIPE,), {"C": Range(1e-4, 1e4)})}

    drawn = [triple.hyperparameters["C"] for triple in sample(space, 300, 0, Task.BINARY)]

    assert 120 < sum(value < 1 for value in drawn) < 180  # type: ignore[operator]


@pytest.mark.parametrize(
    ("space", "count", "sentence"),
    [
        ({}, 5, "There is nothing to draw from: choose at least one algorithm."),
        ({"tree": Choice((RECIPE,), {})}, 0, "A random sample draws 1 to 1,000 triples; it got 0."),
        ({"tree": Choice((), {})}, 5, "'tree' has no recipe"),
        ({"tree": Choice((RECIPE,), {"max_depth": ()})}, 5, "Parameter 'max_depth' of 'tree' has no value to try"),
        ({"tree": Choice((RECIPE,), {"max_depth": Range(9, 2)})}, 5, "Parameter 'max_depth' of 'tree' has no range"),
        ({"tree": Choice((RECIPE,), {"max_depth": Range(0, 2)})}, 5, "Parameter 'max_depth' of 'tree' takes a whole"),
        ({"tree": Choice((RECIPE,), {"class_weight": Range(0, 2)})}, 5, "Parameter 'class_weight' of 'tree' takes one"),
    ],
)
def test_what_cannot_be_drawn_from_is_refused(space: dict[str, Choice], count: int, sentence: str) -> None:
    with pytest.raises(Invalid) as refusal:
        sample(space, count, 0, Task.BINARY)

    assert refusal.value.sentence.startswith(sentence)


@lawful
@given(tasked, st.integers(0, 2**31 - 1))
def test_a_neighbour_differs_in_one_hyperparameter_and_the_triple_itself_comes_first(
    case: tuple[Task, Algorithm], seed: int
) -> None:
    task, algorithm = case
    (triple,) = sample({algorithm.name: full_choice(algorithm, (RECIPE,))}, 1, seed, task)

    near = neighbourhood(triple, task)

    assert near[0].hash == triple.hash
    assert len({one.hash for one in near}) == len(near)
    for one in near[1:]:
        changed = [name for name, value in one.hyperparameters.items() if triple.hyperparameters[name] != value]
        assert len(changed) == 1
        assert algorithm.checked(one.hyperparameters) == one.hyperparameters
        assert one.recipe == triple.recipe
    moved = {n for one in near for n, v in one.hyperparameters.items() if v != triple.hyperparameters[n]}
    assert moved == {parameter.name for parameter in algorithm.parameters}


def test_steps_go_by_factors_or_shares_as_the_scale_says() -> None:
    triple = Triple(RECIPE, "forest", algorithm_named("forest", Task.BINARY).checked({"max_depth": 10}))

    near = neighbourhood(triple, Task.BINARY)

    values = {name: {one.hyperparameters[name] for one in near} for name in triple.hyperparameters}
    assert values["n_estimators"] == {50, 100, 200}
    assert values["min_samples_leaf"] == {2, 5, 10}
    assert values["max_depth"] == {5, 10, 15, None}
    assert values["class_weight"] == {"balanced", None}
