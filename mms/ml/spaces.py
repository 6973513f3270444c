"""Search spaces: which triples a run fits."""

from collections.abc import Mapping, Sequence
from itertools import product

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.snapshots import FOLDS, Snapshot
from mms.domain.triples import Recipe, Triple, Value
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
    return _triple(algorithm_named("dummy", task), recipe, {})


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
                triple = _triple(algorithm, recipe, dict(zip(values, combination, strict=True)))
                triples.setdefault(triple.hash, triple)
    return list(triples.values())


def first_space(task: Task, snapshot: Snapshot) -> list[Triple]:
    """A good first guess: the task's main algorithms at their defaults, each with the recipe that suits it."""
    ready = {recipe.name: recipe for recipe in proposed_recipes(snapshot.schema, snapshot.profile)}
    chosen = (algorithm_named(name, task) for name in _FIRST[task])
    return [_triple(algorithm, ready[algorithm.recipe], {}) for algorithm in chosen]


def estimated_seconds(triples: Sequence[Triple], rows: int, columns: int) -> float:
    """A rough estimate of a run's wall time in seconds (12 + 1 fits a triple, one core)."""
    return sum(_seconds_of_fit(triple, rows, columns) for triple in triples) * (FOLDS + 1)


_RECIPE_SECONDS = 2e-7
_CELL_SECONDS: Mapping[str, float] = {}
_PAIR_SECONDS = 1e-10


def _seconds_of_fit(triple: Triple, rows: int, columns: int) -> float:
    cells = rows * columns
    if triple.algorithm == "neighbours":
        return _RECIPE_SECONDS * cells + _PAIR_SECONDS * rows * cells
    return (_RECIPE_SECONDS + _CELL_SECONDS.get(triple.algorithm, 1e-6)) * cells


def _triple(algorithm: Algorithm, recipe: Recipe, hyperparameters: Mapping[str, Value]) -> Triple:
    """With every parameter filled in, so that equal triples have equal hashes."""
    return Triple(completed(recipe), algorithm.name, algorithm.checked(hyperparameters))
