"""Search spaces: which triples a run fits."""

from collections.abc import Mapping, Sequence
from itertools import product

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.snapshots import FOLDS, Snapshot
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
    return _triple(algorithm_named(BASELINE, task), recipe, {})


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
    return sum(_seconds_of(triple, rows, columns) for triple in triples)


_SECONDS_A_CELL: Mapping[str, float] = {
    BASELINE: 6e-6,
    "naive_bayes": 8e-6,
    "logistic": 1e-5,
    "ridge": 8e-6,
    "svm": 1.3e-5,
    "neighbours": 6e-6,
    "tree": 9e-6,
    "forest": 7.5e-5,
    "extra_trees": 4e-5,
    "boosting": 2.4e-5,
}
"""Seconds of 12 expanding fits and a final one, recipe and scoring included, by cells of the table.

Measured on one core with 20,000 flights x 33 columns and default hyperparameters.
"""

_SECONDS_A_PAIR = 1.6e-9
"""Neighbours compare every row with every other: seconds by pairs of rows x columns."""

_LENGTHS: Mapping[str, str] = {"forest": "n_estimators", "extra_trees": "n_estimators", "boosting": "max_iter"}
"""The hyperparameter that the time of an algorithm grows with, 100 by default."""

_SECONDS_A_FIT = 0.04
"""What a fit costs however few the rows."""


def _seconds_of(triple: Triple, rows: int, columns: int) -> float:
    cells = rows * columns
    seconds = _SECONDS_A_CELL.get(triple.algorithm, 2e-5) * cells
    if triple.algorithm == "neighbours":
        seconds += _SECONDS_A_PAIR * rows * cells
    length = triple.hyperparameters.get(_LENGTHS.get(triple.algorithm, ""))
    if isinstance(length, int):
        seconds *= length / 100
    return seconds + _SECONDS_A_FIT * (FOLDS + 1)


def _triple(algorithm: Algorithm, recipe: Recipe, hyperparameters: Mapping[str, Value]) -> Triple:
    """With every parameter filled in, so that equal triples have equal hashes."""
    return Triple(completed(recipe), algorithm.name, algorithm.checked(hyperparameters))
