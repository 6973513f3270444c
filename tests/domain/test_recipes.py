"""Recipes in words and by name, and those that triples bring."""

from dataclasses import replace

from mms.domain.recipes import StoredRecipe, named_recipes, recipe_words, recipes_of
from mms.domain.triples import Branch, Recipe, Step, Triple
from tests.conftest import NOW

SCALE, PCA = Step("scale", {}), Step("pca", {})
PLAIN = Recipe("plain", (Branch("numeric", (Step("impute", {}), SCALE)),))
NAMED = Recipe("named", (Branch(("age", "height"), ()), Branch("text", (Step("tf_idf", {}),))), (SCALE, PCA))


def stored(recipe: Recipe, version: int) -> StoredRecipe:
    return StoredRecipe(1, 1, version, recipe, "Ada", NOW)


def test_a_recipe_is_told_branch_by_branch() -> None:
    assert recipe_words(PLAIN) == ["numeric columns: impute → scale"]
    assert recipe_words(NAMED) == ["age, height: as they are", "text columns: tf_idf", "then all features: scale → pca"]


def test_triples_bring_each_recipe_once_and_an_ensemble_those_of_its_members() -> None:
    one, same = Triple(PLAIN, "tree", {}), Triple(replace(PLAIN, name="other"), "logistic", {})
    ensemble = Triple(Recipe("none", ()), "voting", {}, (one, Triple(NAMED, "tree", {})))

    assert recipes_of([one, same]) == [PLAIN]
    assert recipes_of([ensemble]) == [PLAIN, NAMED]


def test_a_proposal_that_is_stored_bears_its_stored_name_and_stands_once() -> None:
    chosen = named_recipes([stored(NAMED, 1), stored(replace(PLAIN, name="mine"), 3)], [PLAIN])

    assert list(chosen) == ["mine v3", "named v1"]
    assert chosen["mine v3"].hash == PLAIN.hash
