"""From scikit-learn objects to triples: a described pipeline as vetted steps and a vetted algorithm, or a refusal.

Classes are looked up by name in tables of what is vetted here; nothing that a description names is ever imported.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.tables import Column
from mms.domain.triples import Recipe, Triple
from mms.ml.translation.algorithms import algorithm_of
from mms.ml.translation.described import SKIPPED, Described, read_object, read_steps
from mms.ml.translation.recipe import recipe_of
from mms.ml.translation.steps import translated_classes

__all__ = ["Translation", "translated", "translated_classes"]

_NAME = 60
"""Characters of a recipe's name at most, before its number."""

_PIPELINE = ("sklearn", "Pipeline")
_SEARCHES = frozenset({"GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV"})


@dataclass(frozen=True, slots=True)
class Translation:
    """What objects became. notes: what differs from them, one sentence each. seed: the one that all of them ask for."""

    triples: tuple[Triple, ...]
    notes: tuple[str, ...]
    seed: int | None


def translated(objects: Sequence[Any], columns: Sequence[Column], task: Task, name: str | None = None) -> Translation:
    """The triples of described pipelines or estimators, equal ones once, for a snapshot's feature columns.

    name: of the recipes, numbered where there are several; None names each by its steps. Raises Invalid on the first
    object that cannot be translated, with the step and the reason.
    """
    triples: dict[str, Triple] = {}
    notes: dict[str, None] = {}
    seeds: set[int | None] = set()
    names: dict[str, str] = {}
    for value in objects:
        triple, said, seed = _translated(value, columns, task)
        recipe = triple.recipe
        if recipe.hash not in names:
            names[recipe.hash] = _free(name or _words(recipe), set(names.values()))
        named = replace(triple, recipe=replace(recipe, name=names[recipe.hash]))
        triples.setdefault(triple.hash, named)
        notes.update(dict.fromkeys(said))
        seeds.add(seed)
    if len(seeds - {None}) > 1:
        notes["The objects ask for several random states; one run has one seed, so none of them is taken."] = None
    return Translation(tuple(triples.values()), tuple(notes), seeds.pop() if len(seeds) == 1 else None)


def _words(recipe: Recipe) -> str:
    """The steps of a recipe, each once: 'scale, one_hot, k_best'."""
    steps = [step.transformer for branch in recipe.branches for step in branch.steps]
    words = ", ".join(dict.fromkeys([*steps, *(step.transformer for step in recipe.after)])) or "as they are"
    return words if len(words) <= _NAME else f"{words[: _NAME - 3]}..."


def _free(name: str, taken: set[str]) -> str:
    """The name, or with the first number that makes it another: 'scale 2'."""
    return next(one for n in count(1) if (one := name if n == 1 else f"{name} {n}") not in taken)


def _translated(value: Any, columns: Sequence[Column], task: Task) -> tuple[Triple, tuple[str, ...], int | None]:
    steps = _flat(read_object(value, "estimator"))
    if not steps:
        raise Invalid("The pipeline is empty: it needs an estimator as its last step.")
    *before, last = steps
    recipe, notes = recipe_of(before, columns)
    fitted = algorithm_of(last, task)
    triple = Triple(recipe, fitted.algorithm, fitted.hyperparameters)
    return triple, (*notes, *fitted.notes), fitted.seed


def _flat(given: Described) -> list[Described]:
    """The steps of a pipeline and of those within it, in order, without those that do nothing."""
    if given.name in _SEARCHES:
        raise given.refused("it is a search of its own kind; launch a GridSearchCV or a RandomizedSearchCV")
    if given.key != _PIPELINE:
        return [given]
    prefix = "" if given.step == "estimator" else f"{given.step}__"
    steps = [(f"{prefix}{name}", value) for name, value in read_steps(given, "steps") if value not in SKIPPED]
    return [step for name, value in steps for step in _flat(read_object(value, name))]
