"""Trials: Optuna proposes new triples of the space, the same ones for the same past, and looks where it was good."""

import pytest

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.search import Choice, Range
from mms.domain.triples import Branch, Recipe, Step, Triple
from mms.ml.search import BATCH, Tried, propose
from mms.ml.spaces import checked_space, grid_of

RECIPES = tuple(
    Recipe(name, (Branch("numeric", (Step("impute", {}), *steps)),))
    for name, steps in (("plain", ()), ("scaled", (Step("scale", {}),)))
)
SPACE = checked_space(
    {
        "logistic": Choice(RECIPES, {"C": Range(1e-4, 1e4), "class_weight": ("balanced", None)}),
        "forest": Choice(RECIPES[:1], {"n_estimators": Range(10, 500), "max_depth": (4, None)}),
    },
    Task.BINARY,
)


def score(triple: Triple) -> float:
    """The best lies at a small C."""
    value = triple.hyperparameters.get("C")
    return -10.0 if value is None else -abs(float(value) - 1e-3)


def searched(rounds: int, seed: int = 0) -> list[Tried]:
    tried: list[Tried] = []
    for _ in range(rounds):
        tried += [Tried(t, score(t)) for t in propose(SPACE, tried, BATCH, seed, Task.BINARY)]
    return tried


def test_proposals_are_new_and_the_same_for_the_same_past() -> None:
    tried = searched(5)

    again = propose(SPACE, tried[: 4 * BATCH], BATCH, 0, Task.BINARY)

    assert len({one.triple.hash for one in tried}) == len(tried) == 5 * BATCH
    assert [t.hash for t in again] == [one.triple.hash for one in tried[4 * BATCH :]]
    assert [one.triple.hash for one in searched(2, seed=1)] != [one.triple.hash for one in tried[: 2 * BATCH]]


def test_the_later_proposals_lie_where_the_earlier_ones_were_good() -> None:
    late = [one.triple for one in searched(12)][-16:]

    assert sum(triple.algorithm == "logistic" and triple.hyperparameters["C"] < 1 for triple in late) > 10


def test_failed_triples_and_those_from_elsewhere_do_no_harm() -> None:
    first = propose(SPACE, [], BATCH, 0, Task.BINARY)
    stranger = Triple(RECIPES[0], "tree", {})

    second = propose(SPACE, [Tried(stranger, 0.5), *(Tried(t, None) for t in first)], BATCH, 0, Task.BINARY)

    assert len({t.hash for t in (*first, *second)}) == 2 * BATCH


def test_a_space_that_is_used_up_proposes_what_is_left_and_then_nothing() -> None:
    small = checked_space({"tree": Choice(RECIPES, {"max_depth": (2, 4, None)})}, Task.BINARY)
    everything = {triple.hash for triple in grid_of(small, Task.BINARY)}
    tried: list[Tried] = []

    while batch := propose(small, tried, BATCH, 0, Task.BINARY):
        tried += [Tried(triple, 0.5) for triple in batch]

    assert {one.triple.hash for one in tried} == everything
    assert len(tried) == 6


def test_without_the_package_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mms.ml.search.find_spec", lambda name: None)

    with pytest.raises(Invalid, match="needs the package optuna, which is not installed here: install the extras"):
        propose(SPACE, [], BATCH, 0, Task.BINARY)
