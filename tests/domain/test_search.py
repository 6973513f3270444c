"""Races: how many triples are followed on how many folds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mms.domain.errors import Invalid
from mms.domain.runs import fits_of, fits_of_search
from mms.domain.search import (
    RACE,
    Choice,
    Range,
    Search,
    SearchKind,
    raced_fits,
    rungs,
    space_from_json,
    space_to_json,
)
from mms.domain.snapshots import FOLDS
from mms.domain.triples import Branch, Recipe, Step

counts, factors = st.integers(1, 2000), st.integers(2, FOLDS)


@pytest.mark.parametrize(
    ("triples", "factor", "stages"),
    [
        (1, 3, [(12, 1, 1)]),
        (2, 3, [(12, 2, 2)]),
        (3, 3, [(4, 3, 1), (12, 1, 1)]),
        (27, 3, [(2, 27, 9), (4, 9, 3), (12, 3, 3)]),
        (30, 3, [(2, 30, 10), (4, 10, 4), (12, 4, 4)]),
        (30, 2, [(2, 30, 15), (3, 15, 8), (6, 8, 4), (12, 4, 4)]),
    ],
)
def test_the_better_share_goes_on_with_more_folds(
    triples: int, factor: int, stages: list[tuple[int, int, int]]
) -> None:
    assert [(rung.folds, rung.triples, rung.keep) for rung in rungs(triples, factor)] == stages


@given(counts, factors)
def test_a_race_ends_with_all_folds_and_never_costs_more_than_no_race(triples: int, factor: int) -> None:
    stages = rungs(triples, factor)

    assert stages[0].triples == triples
    assert stages[-1].folds == FOLDS
    assert stages[-1].keep == stages[-1].triples >= 1
    assert all(a.keep == b.triples and a.folds < b.folds for a, b in zip(stages, stages[1:], strict=False))
    assert raced_fits(stages) <= fits_of(triples)


@given(counts, factors)
def test_the_fits_of_a_race_are_those_of_every_rung_and_the_final_ones(triples: int, factor: int) -> None:
    folds = dict.fromkeys(range(triples), 0)
    racing = list(folds)
    stages = rungs(triples, factor)
    for rung in stages:
        folds |= dict.fromkeys(racing, rung.folds)
        racing = racing[: rung.keep]

    assert raced_fits(stages) == sum(folds.values()) + len(racing)
    assert fits_of_search(triples + 1, Search(SearchKind.HALVING, factor)) == raced_fits(stages) + FOLDS + 1


def test_a_race_goes_through_every_fold_once_and_spreads_its_first_ones() -> None:
    assert sorted(RACE) == list(range(FOLDS))
    assert sorted(RACE[:4]) == [2, 5, 8, 11]


def test_a_space_is_the_same_after_it_was_stored() -> None:
    recipe = Recipe("plain", (Branch("numeric", (Step("impute", {"strategy": "median"}),)),))
    space = {"tree": Choice((recipe,), {"max_depth": (2, None), "min_samples_leaf": Range(1.0, 50.0)})}

    assert space_from_json(space_to_json(space)) == space


@pytest.mark.parametrize(
    "value",
    [
        {"tree": 5},
        {"tree": {"recipes": []}},
        {"tree": {"recipes": [], "values": {"a": 3}}},
        {"tree": {"recipes": [], "values": {"a": {"low": 1, "high": 10**400}}}},
    ],
)
def test_what_is_no_space_is_refused(value: dict[str, object]) -> None:
    with pytest.raises(Invalid, match="This is no space"):
        space_from_json(value)
