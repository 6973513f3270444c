"""What a recipe is certain not to give an algorithm is said before anything is fitted."""

import pytest

from mms.domain.projects import Task
from mms.domain.triples import Branch, Recipe, Step
from mms.ml.algorithms import algorithm_named
from mms.ml.needs import misfit
from tests.ml.toys import toy

COLUMNS = toy(Task.BINARY, 60).columns
WORDS = Branch("text", (Step("tf_idf", {}),))


def numbers(*steps: Step) -> Branch:
    return Branch("numeric", (Step("impute", {}), *steps))


@pytest.mark.parametrize(
    ("recipe", "culprit"),
    [
        (Recipe("r", (WORDS,)), None),
        (Recipe("r", (WORDS, numbers())), None),
        (Recipe("r", (WORDS, numbers(Step("scale", {})))), "scale"),
        (Recipe("r", (WORDS, numbers(Step("scale", {"method": "robust"})))), "scale"),
        (Recipe("r", (WORDS, numbers(Step("scale", {"method": "min-max"})))), None),
        (Recipe("r", (numbers(Step("quantile", {"shape": "normal"})),)), "quantile"),
        (Recipe("r", (numbers(Step("quantile", {})),)), None),
        (Recipe("r", (WORDS,), (Step("svd", {"components": 2}),)), "svd"),
        (Recipe("r", (WORDS, Branch(("empty",), (Step("impute", {}), Step("power", {}))))), "power"),
    ],
)
def test_counting_needs_numbers_that_are_not_negative(recipe: Recipe, culprit: str | None) -> None:
    said = misfit(recipe, algorithm_named("multinomial_bayes", Task.BINARY), COLUMNS)

    assert (said is None) == (culprit is None)
    if said is not None:
        assert said.startswith(f"Multinomial naive Bayes takes no number below 0, and '{culprit}' of recipe 'r' gives")
    assert misfit(recipe, algorithm_named("naive_bayes", Task.BINARY), COLUMNS) is None
