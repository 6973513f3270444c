"""Triples and recipes: data that is checked, survives JSON, and is equal when its hash is equal."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mms.domain.errors import Invalid
from mms.domain.triples import (
    Branch,
    Parameter,
    Recipe,
    Step,
    Triple,
    Value,
    checked_parameters,
    described,
    only_difference,
)

NAMES = st.text("abcdefgh_", min_size=1, max_size=8)
VALUES = st.none() | st.booleans() | st.integers(-99, 99) | st.floats(-9, 9) | NAMES
PARAMETERS = st.dictionaries(NAMES, VALUES, max_size=4)
STEPS = st.builds(Step, NAMES, PARAMETERS)
COLUMNS = st.sampled_from(["numeric", "categorical"]) | st.lists(NAMES, min_size=1, max_size=3).map(tuple)
BRANCHES = st.builds(Branch, COLUMNS, st.lists(STEPS, max_size=3).map(tuple))
RECIPES = st.builds(Recipe, NAMES, st.lists(BRANCHES, max_size=3).map(tuple))
TRIPLES = st.builds(Triple, RECIPES, NAMES, PARAMETERS)


@given(TRIPLES)
def test_a_triple_survives_its_json(triple: Triple) -> None:
    again = Triple.from_json(triple.to_json())

    assert again == triple
    assert again.hash == triple.hash


@given(TRIPLES, NAMES)
def test_a_recipes_name_does_not_count(triple: Triple, name: str) -> None:
    renamed = Triple(Recipe(name, triple.recipe.branches), triple.algorithm, triple.hyperparameters)

    assert renamed.hash == triple.hash


@given(TRIPLES, TRIPLES)
def test_triples_that_do_something_else_have_another_hash(one: Triple, other: Triple) -> None:
    same = one.to_json() | {"recipe": one.to_json()["recipe"]["branches"]}
    compared = other.to_json() | {"recipe": other.to_json()["recipe"]["branches"]}

    assert (one.hash == other.hash) == (repr(_sorted(same)) == repr(_sorted(compared)))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def test_the_order_of_hyperparameters_does_not_count() -> None:
    recipe = Recipe("r", ())

    assert Triple(recipe, "a", {"x": 1, "y": 2}).hash == Triple(recipe, "a", {"y": 2, "x": 1}).hash


@pytest.mark.parametrize("value", [{}, {"recipe": {}}, {"recipe": {"name": "r"}, "algorithm": "a"}, {"recipe": None}])
def test_what_is_no_triple_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="This is no"):
        Triple.from_json(value)


DEPTH = Parameter("depth", "integer", 3, low=1, high=9, optional=True)
RATE = Parameter("rate", "number", 0.1, low=0)
EARLY = Parameter("early", "boolean", False)
LOSS = Parameter("loss", "choice", "log", choices=("log", "exp", 1))


@pytest.mark.parametrize(
    ("parameter", "given", "taken"),
    [
        (DEPTH, 9, 9),
        (DEPTH, 4.0, 4),
        (DEPTH, None, None),
        (RATE, 1, 1.0),
        (RATE, 0, 0.0),
        (EARLY, True, True),
        (LOSS, "exp", "exp"),
        (LOSS, 1, 1),
    ],
)
def test_a_parameter_takes_its_kind(parameter: Parameter, given: Any, taken: Any) -> None:
    value = parameter.checked(given, "tree")

    assert value == taken
    assert type(value) is type(taken)


@pytest.mark.parametrize(
    ("parameter", "given", "sentence"),
    [
        (DEPTH, 0, "takes a whole number from 1 to 9 or none; it got 0"),
        (DEPTH, 10, "from 1 to 9"),
        (DEPTH, 2.5, "a whole number"),
        (DEPTH, "3", "a whole number"),
        (DEPTH, True, "a whole number"),
        (DEPTH, float("inf"), "a whole number"),
        (DEPTH, float("nan"), "a whole number"),
        (RATE, -0.1, "takes a number of at least 0; it got -0.1"),
        (RATE, None, "a number of at least 0"),
        (RATE, float("nan"), "a number of at least 0"),
        (RATE, float("inf"), "a number of at least 0"),
        (RATE, 10**400, r"a number of at least 0; it got 10{59}\.\.\.\."),
        (EARLY, 1, "takes true or false"),
        (EARLY, "true", "takes true or false"),
        (LOSS, "hinge", "takes one of 'log', 'exp', 1"),
        (LOSS, True, "takes one of"),
        (LOSS, [], "takes one of"),
    ],
)
def test_a_parameter_refuses_another_type_or_range(parameter: Parameter, given: Any, sentence: str) -> None:
    with pytest.raises(Invalid, match=f"Parameter '{parameter.name}' of 'tree' .*{sentence}"):
        parameter.checked(given, "tree")


def test_parameters_are_filled_with_defaults_and_unknown_ones_refused() -> None:
    assert checked_parameters({"rate": 1}, (DEPTH, RATE), "tree") == {"depth": 3, "rate": 1.0}
    assert checked_parameters({"rate": 1}, (DEPTH, RATE), "tree", fill=False) == {"rate": 1.0}
    with pytest.raises(Invalid, match="'tree' has no parameter 'height'; it has depth, rate"):
        checked_parameters({"height": 1}, (DEPTH, RATE), "tree")


def test_hyperparameters_are_described_in_one_short_line() -> None:
    assert described({"penalty": "l2", "c": 1.0, "early": True}) == "c 1, early true, penalty l2"
    assert described(dict.fromkeys("abcdefgh", 1)).endswith("f 1, +2 more")


@pytest.mark.parametrize(
    ("one", "other", "name"),
    [
        ({"C": 1.0, "penalty": "l2"}, {"C": 2.0, "penalty": "l2"}, "C"),
        ({"C": 1.0}, {"C": 1.0}, None),
        ({"C": 1.0, "penalty": "l2"}, {"C": 2.0, "penalty": "l1"}, None),
        ({"depth": None}, {"depth": 3}, "depth"),
        ({"depth": None}, {}, "depth"),
    ],
)
def test_the_only_difference_of_two_sets_is_named(
    one: dict[str, Value], other: dict[str, Value], name: str | None
) -> None:
    assert only_difference(one, other) == only_difference(other, one) == name
