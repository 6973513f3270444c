"""The vetted registry of algorithms: nothing outside it can be named."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mms.domain.projects import Task
from mms.domain.triples import Parameter, Value


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One vetted algorithm: its words, tasks, typed parameters and small grid (parameter -> values)."""

    name: str
    label: str
    explanation: str
    tasks: frozenset[Task]
    parameters: tuple[Parameter, ...]
    grid: Mapping[str, tuple[Value, ...]]
    dense: bool = False

    def checked(self, hyperparameters: Mapping[str, Any]) -> dict[str, Value]:
        """All hyperparameters, defaults filled in; Invalid on an unknown name, a wrong type or range."""
        raise NotImplementedError


ALGORITHMS: Mapping[str, Algorithm] = {}


def algorithms_of(task: Task) -> tuple[Algorithm, ...]:
    """The algorithms of a task, Dummy first, in the order screens show them."""
    raise NotImplementedError


def algorithm_named(name: str, task: Task) -> Algorithm:
    """The algorithm, or Invalid with the names the task has."""
    raise NotImplementedError


def estimator(name: str, hyperparameters: Mapping[str, Any], task: Task, seed: int) -> Any:
    """An unfitted scikit-learn estimator with one thread and a fixed seed."""
    raise NotImplementedError
