"""What a run would do is told before the click, by every way through a space."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from db.session import reading
from mms.domain.ensembles import EnsembleKind, ensemble_of
from mms.domain.errors import Invalid
from mms.domain.members import Member
from mms.domain.runs import fits_of
from mms.domain.search import RACE, Search, SearchKind, raced_fits, rungs
from mms.usecases.spaces import Choice, Options, Range, Way, choice_of, options_for, planned
from tests.trained import a_project, a_snapshot


@pytest.fixture
def options(sqlite_store: str, member: Member, tmp_path: Path, now: datetime) -> Options:
    snapshot = a_snapshot(member, a_project(member, tmp_path, now), now)
    with reading() as session:
        return options_for(session, member, snapshot.id)


def test_fits_are_known_before_the_click_for_every_way(options: Options) -> None:
    recipe = options.recipes[0]
    grid = {"tree": choice_of(options, "tree", [recipe], "small")}
    drawn = {
        "tree": choice_of(options, "tree", [recipe], "range"),
        "logistic": Choice((recipe,), {"C": Range(0.1, 9.0)}),
    }
    ways = {
        "grid": planned(options, grid),
        "random": planned(options, drawn, way=Way(draw=7)),
        "race": planned(options, grid, way=Way(SearchKind.HALVING)),
        "trials": planned(options, drawn, way=Way(SearchKind.TRIALS, trials=5)),
        "champion": planned(options, {}, options.first_space),
    }

    fits = {name: plan.fits for name, plan in ways.items()}
    assert fits == {
        "grid": 13 * (9 + 1),
        "random": 13 * (7 + 1),
        "race": 13 + raced_fits(rungs(9)),
        "trials": 13 * (5 + 1),
        "champion": 13 * (len(options.first_space) + 1),
    }
    assert all(plan.seconds > 0 and plan.warnings == () for plan in ways.values())
    assert ways["race"].seconds < ways["grid"].seconds
    assert ways["grid"].search == Search()
    assert (ways["trials"].triples, ways["trials"].search.trials) == ((), 5)
    assert len(RACE) == 12


def test_a_mismatch_is_told_before_the_click(options: Options) -> None:
    standard = next(recipe for recipe in options.recipes if recipe.name == "standard")

    plan = planned(options, {"multinomial_bayes": Choice((standard,), {"alpha": (0.1, 1.0)})})

    (warning,) = plan.warnings
    assert warning.startswith("Multinomial naive Bayes takes no number below 0, and 'scale' of recipe 'standard' gives")


def test_without_anything_chosen_there_is_nothing_to_fit(options: Options) -> None:
    assert planned(options, {}).fits == planned(options, {}, way=Way(draw=5)).fits == 0
    assert options.neighbourhood == ()


def test_an_ensemble_brings_the_fits_of_those_of_its_members_that_have_no_model(options: Options) -> None:
    members = options.first_space[:3]
    vote = ensemble_of(EnsembleKind.VOTING, members)
    there = replace(options, fitted=frozenset(member.hash for member in members))

    assert planned(options, {}, [vote]).fits == fits_of(5)
    assert planned(options, {}, [vote, members[0]]).fits == fits_of(5)
    assert planned(there, {}, [vote]).fits == fits_of(2)
    assert planned(there, {}, [vote]).triples == (vote,)


def test_a_grid_refuses_a_range(options: Options) -> None:
    with pytest.raises(Invalid, match="A grid needs single values of 'C' of 'logistic': give them, or draw at random"):
        planned(options, {"logistic": Choice((options.recipes[0],), {"C": Range(0.1, 9.0)})})
