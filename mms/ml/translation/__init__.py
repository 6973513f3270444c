"""From scikit-learn objects to triples: a described pipeline as vetted steps and a vetted algorithm, or a refusal.

Classes are looked up by name in tables of what is vetted here; nothing that a description names is ever imported.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.tables import Column
from mms.domain.triples import Triple
from mms.ml.translation.algorithms import algorithm_of
from mms.ml.translation.described import SKIPPED, Described, read_object, read_steps
from mms.ml.translation.recipe import recipe_of
from mms.ml.translation.steps import translated_classes

__all__ = ["Translation", "translated", "translated_classes"]

_PIPELINE = ("sklearn", "Pipeline")
_SEARCHES = frozenset({"GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV"})


@dataclass(frozen=True, slots=True)
class Translation:
    """What objects became. notes: what differs from them, one sentence each. seed: the one that all of them ask for."""

    triples: tuple[Triple, ...]
    notes: tuple[str, ...]
    seed: int | None


def translated(objects: Sequence[Any], columns: Sequence[Column], task: Task, name: str = "pipeline") -> Translation:
    """The triples of described pipelines or estimators, equal ones once, for a snapshot's feature columns.

    name: of the recipes. Raises Invalid on the first object that cannot be translated, with the step and the reason.
    """
    triples: dict[str, Triple] = {}
    notes: dict[str, None] = {}
    seeds: set[int | None] = set()
    for value in objects:
        triple, said, seed = _translated(value, columns, task, name)
        triples.setdefault(triple.hash, triple)
        notes.update(dict.fromkeys(said))
        seeds.add(seed)
    if len(seeds - {None}) > 1:
        notes["The objects ask for several random states; one run has one seed, so none of them is taken."] = None
    return Translation(tuple(triples.values()), tuple(notes), seeds.pop() if len(seeds) == 1 else None)


def _translated(
    value: Any, columns: Sequence[Column], task: Task, name: str
) -> tuple[Triple, tuple[str, ...], int | None]:
    steps = _flat(read_object(value, "estimator"))
    if not steps:
        raise Invalid("The pipeline is empty: it needs an estimator as its last step.")
    *before, last = steps
    recipe, notes = recipe_of(before, columns, name)
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
