"""Estimators and the vetted algorithms that stand for them: read off what the registry itself makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sklearn.compose import TransformedTargetRegressor
from sklearn.pipeline import Pipeline

from mms.domain.projects import Task
from mms.domain.triples import Value
from mms.ml.algorithms import Algorithm, algorithms_of
from mms.ml.algorithms.plugins import Coded
from mms.ml.translation.counterparts import Carried, key_of, public
from mms.ml.translation.described import Described
from mms.ml.translation.nearest import nearest


@dataclass(frozen=True, slots=True)
class Fitted:
    """What an estimator became. seed: the one it asked for."""

    algorithm: str
    hyperparameters: Mapping[str, Value]
    notes: tuple[str, ...]
    seed: int | None


@dataclass(frozen=True, slots=True)
class _Known:
    """One class that the registry makes, and the hyperparameters that make it."""

    original: type
    algorithm: Algorithm
    fixed: Mapping[str, Value]


def algorithm_of(given: Described, task: Task) -> Fitted:
    """The vetted algorithm of an estimator; Invalid says why there is none, and what comes nearest."""
    classes = _classes(task)
    known = classes.get(given.key)
    if known is None:
        words = nearest(given, [(one.original, _words_of(one.algorithm)) for one in classes.values()], "algorithm")
        raise given.refused(f"it is no vetted algorithm of a {task.value} project", words)
    algorithm = known.algorithm
    carried = Carried(given, known.original, f"The nearest vetted algorithm is {_words_of(algorithm)}.")
    # Who has no weights of classes counts every row alike.
    fixed = known.fixed if "class_weight" in carried.given.parameters else {"class_weight": None, **known.fixed}
    values = carried.values(algorithm.parameters, fixed, {}, algorithm.name)
    made = algorithm.make(values, 0)
    # The labels' coder weighs the classes itself.
    carried.compare(_inner(made), {"class_weight": (None, "balanced")} if isinstance(made, Coded) else {}, {})
    seed = given.parameters.get("random_state")
    usable = isinstance(seed, int) and not isinstance(seed, bool) and 0 <= seed < 2**31
    return Fitted(algorithm.name, values, carried.notes, seed if usable else None)


@cache
def _classes(task: Task) -> Mapping[tuple[str, str], _Known]:
    """Every class that an algorithm makes, by default or for one value of a choice; the defaults come first."""
    known: dict[tuple[str, str], _Known] = {}
    chosen: dict[tuple[str, str], _Known] = {}
    for algorithm in algorithms_of(task):
        _add(known, algorithm, {})
        for parameter in algorithm.parameters:
            for value in parameter.choices:
                _add(chosen, algorithm, {parameter.name: value})
    return chosen | known


def _add(known: dict[tuple[str, str], _Known], algorithm: Algorithm, fixed: Mapping[str, Value]) -> None:
    original = public(_inner(algorithm.make(algorithm.checked(fixed), 0)))
    if original not in (Pipeline, TransformedTargetRegressor):  # more than the class inside alone
        known.setdefault(key_of(original), _Known(original, algorithm, fixed))


def _inner(made: Any) -> Any:
    """The estimator itself, where its labels are coded for it."""
    return made.classifier if isinstance(made, Coded) else made


def _words_of(algorithm: Algorithm) -> str:
    return f"'{algorithm.name}' ({algorithm.label})"
