"""The recipes of a project by name: each stored once, its versions numbered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mms.domain.logs import ELSEWHERE
from mms.domain.search import Choice
from mms.domain.triples import Branch, Recipe, Step, Triple, described


@dataclass(frozen=True, slots=True)
class StoredRecipe:
    """A named version of a recipe. Two that do the same are one: equal hashes, one version."""

    id: int
    project_id: int
    version: int
    recipe: Recipe
    created_by: str
    created_at: datetime

    @property
    def name(self) -> str:
        """Short name for people: 'standard v2'."""
        return f"{self.recipe.name} v{self.version}"


@dataclass(frozen=True, slots=True)
class SavedRecipe:
    """What saving gave. note: why it is no new version, None where it is one."""

    stored: StoredRecipe
    note: str | None = None


def recipes_of(triples: Iterable[Triple]) -> list[Recipe]:
    """The recipes of triples and of their members, each once, in order; an ensemble has none of its own."""
    found: dict[str, Recipe] = {}
    for triple in triples:
        for recipe in recipes_of(triple.members) if triple.members else [triple.recipe]:
            if recipe.branches:
                found.setdefault(recipe.hash, recipe)
    return list(found.values())


def recipes_of_space(space: Mapping[str, Choice]) -> list[Recipe]:
    """The recipes of a search space (algorithm -> choice), each once, in order."""
    return list({recipe.hash: recipe for choice in space.values() for recipe in choice.recipes}.values())


def named_recipes(stored: Sequence[StoredRecipe], proposed: Sequence[Recipe]) -> dict[str, Recipe]:
    """Recipes to choose, each once, under a name for people: proposals first, as stored where they are stored."""
    known = {one.recipe.hash: one for one in stored}
    named = {known[r.hash].name if r.hash in known else r.name: r for r in proposed}
    return named | {one.name: one.recipe for one in stored}


def recipe_words(recipe: Recipe) -> list[str]:
    """What a recipe does, one line a branch: 'numeric columns: impute → scale'; then the steps over all features."""
    after = [f"then all features: {chain_words(recipe.after)}"] if recipe.after else []
    return [*(branch_words(branch) for branch in recipe.branches), *after]


def branch_words(branch: Branch) -> str:
    """One branch in words: 'numeric columns: impute → scale'."""
    return f"{columns_words(branch.columns)}: {chain_words(branch.steps)}"


def columns_words(columns: str | Sequence[str]) -> str:
    """Which columns a branch takes: 'numeric columns', or their names."""
    return f"{columns} columns" if isinstance(columns, str) else ", ".join(columns)


def chain_words(steps: Sequence[Step]) -> str:
    """A chain of steps: 'impute → scale'."""
    return " → ".join(step.transformer for step in steps) or "as they are"


def recipe_sentence(recipe: Recipe) -> str:
    """The recipe as one sentence: 'Numeric columns go through impute (strategy median), then scale; ....'"""
    parts = [f"{columns_words(branch.columns)} go {_way(branch.steps)}" for branch in recipe.branches]
    if recipe.after:
        parts.append(f"all features together then go {_way(recipe.after)}")
    sentence = "; ".join(parts) or "no column is used"
    return f"{sentence[0].upper()}{sentence[1:]}."


def _way(steps: Sequence[Step]) -> str:
    if not steps:
        return "in as they are"
    told = [step.transformer + (f" ({how})" if (how := described(step.parameters)) else "") for step in steps]
    return "through " + ", then ".join(told)


def triple_sentence(triple: Triple) -> str:
    """What is fitted, in one sentence or, of an ensemble, in one and its members."""
    if triple.algorithm == ELSEWHERE:
        return f"Served elsewhere as '{triple.hyperparameters['name']}': MMS has its answers, not the model itself."
    if triple.members:
        members = "; ".join(f"{one.algorithm} on recipe '{one.recipe.name}'" for one in triple.members)
        return f"{_algorithm(triple)} over {len(triple.members)} members: {members}."
    return f"{_algorithm(triple)} on recipe '{triple.recipe.name}'. {recipe_sentence(triple.recipe)}"


def _algorithm(triple: Triple) -> str:
    how = described(triple.hyperparameters, limit=99)
    return f"{triple.algorithm} with {how}" if how else f"{triple.algorithm} as it comes"
