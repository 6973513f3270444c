"""Search spaces: which triples a run fits."""

from collections.abc import Mapping, Sequence
from itertools import product

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.search import MOST_TRIALS, Choice, Range
from mms.domain.snapshots import Snapshot
from mms.domain.triples import BASELINE, Recipe, Triple, Value
from mms.ml.algorithms import Algorithm, algorithm_named
from mms.ml.recipes import completed, proposed_recipes

_FIRST: Mapping[Task, tuple[str, ...]] = {
    Task.BINARY: ("naive_bayes", "logistic", "svm", "neighbours", "boosting"),
    Task.MULTICLASS: ("naive_bayes", "logistic", "svm", "neighbours", "boosting"),
    Task.REGRESSION: ("ridge", "svm", "neighbours", "forest", "boosting"),
}
"""The algorithms of a first run: one of each school, quick ones first, so that the leaderboard fills at once."""


def baseline(task: Task, recipe: Recipe) -> Triple:
    """The Dummy triple that is always among a run's triples."""
    return made_triple(algorithm_named(BASELINE, task), recipe, {})


def grid(recipes: Sequence[Recipe], grids: Mapping[str, Mapping[str, Sequence[Value]]], task: Task) -> list[Triple]:
    """Every recipe x algorithm x combination of its values (algorithm name -> parameter -> values), checked, unique."""
    triples: dict[str, Triple] = {}
    for recipe in recipes:
        for name, values in grids.items():
            algorithm = algorithm_named(name, task)
            for parameter, choices in values.items():
                if not choices:
                    raise Invalid(f"Parameter '{parameter}' of '{name}' has no value to try: give at least one.")
            for combination in product(*values.values()):
                triple = made_triple(algorithm, recipe, dict(zip(values, combination, strict=True)))
                triples.setdefault(triple.hash, triple)
    return list(triples.values())


def grid_of(space: Mapping[str, Choice], task: Task) -> list[Triple]:
    """Every triple of a space (algorithm -> choice). Invalid: a range, which a grid cannot go through."""
    triples: dict[str, Triple] = {}
    for name, choice in space.items():
        for parameter, values in choice.values.items():
            if isinstance(values, Range):
                raise Invalid(f"A grid needs single values of '{parameter}' of '{name}': give them, or draw at random.")
        values_only = {key: v for key, v in choice.values.items() if not isinstance(v, Range)}
        for triple in grid(choice.recipes, {name: values_only}, task):
            triples.setdefault(triple.hash, triple)
    return list(triples.values())


def full_choice(algorithm: Algorithm, recipes: Sequence[Recipe]) -> Choice:
    """The whole space of an algorithm: each parameter of its large grid, numbers as the range the grid spans."""
    return Choice(tuple(recipes), {name: _spanned(algorithm, name, values) for name, values in algorithm.large.items()})


def checked_space(space: Mapping[str, Choice], task: Task) -> dict[str, Choice]:
    """The space with every recipe and value checked and filled in; Invalid names what does not fit."""
    return {name: _checked_choice(algorithm_named(name, task), choice) for name, choice in space.items()}


def _checked_choice(algorithm: Algorithm, choice: Choice) -> Choice:
    if not choice.recipes:
        raise Invalid(f"'{algorithm.name}' has no recipe: choose at least one, or leave the algorithm out.")
    checked: dict[str, tuple[Value, ...] | Range] = {}
    for name, values in choice.values.items():
        if isinstance(values, Range):
            ends = [algorithm.checked({name: end})[name] for end in (values.low, values.high)]
            if any(isinstance(end, bool | str | None) for end in ends) or values.low > values.high:
                raise Invalid(f"Parameter '{name}' of '{algorithm.name}' has no range from {ends[0]} to {ends[1]}.")
            checked[name] = values
        elif not values:
            raise Invalid(f"Parameter '{name}' of '{algorithm.name}' has no value to try: give at least one.")
        else:
            checked[name] = tuple(algorithm.checked({name: value})[name] for value in values)
    return Choice(tuple(completed(recipe) for recipe in choice.recipes), checked)


def _spanned(algorithm: Algorithm, name: str, values: Sequence[Value]) -> tuple[Value, ...] | Range:
    """Numbers as a range; choices, and numbers beside None, one by one."""
    kind = next(parameter.kind for parameter in algorithm.parameters if parameter.name == name)
    numbers = [value for value in values if isinstance(value, int | float)]
    if kind in ("integer", "number") and len(numbers) == len(values):
        return Range(min(numbers), max(numbers))
    return tuple(values)


def first_space(task: Task, snapshot: Snapshot) -> list[Triple]:
    """A good first guess: the task's main algorithms at their defaults, each with the recipe that suits it."""
    ready = {recipe.name: recipe for recipe in proposed_recipes(snapshot.schema, snapshot.profile)}
    chosen = (algorithm_named(name, task) for name in _FIRST[task])
    return [made_triple(algorithm, ready[algorithm.recipe], {}) for algorithm in chosen]


def made_triple(algorithm: Algorithm, recipe: Recipe, hyperparameters: Mapping[str, Value]) -> Triple:
    """With every parameter filled in, so that equal triples have equal hashes."""
    return Triple(completed(recipe), algorithm.name, algorithm.checked(hyperparameters))


def checked_count(count: int) -> int:
    """How many triples to draw; Invalid out of 1 to `MOST_TRIALS`."""
    if not 1 <= count <= MOST_TRIALS:
        raise Invalid(f"A random sample draws 1 to {MOST_TRIALS:,} triples; it got {count:,}.")
    return count
