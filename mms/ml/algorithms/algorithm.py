"""What the registry knows of one vetted algorithm."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mms.domain.projects import Task
from mms.domain.triples import Parameter, Value, checked_parameters

CLASSES = frozenset({Task.BINARY, Task.MULTICLASS})
NUMBERS = frozenset({Task.REGRESSION})

Make = Callable[[Mapping[str, Value], int], Any]
"""Checked hyperparameters and a seed -> an unfitted estimator."""


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One vetted algorithm: its words, tasks, typed parameters and grids (parameter -> values), small and large.

    dense: it takes no sparse matrix. missing: it takes missing values as they are. scaled: it wants features of one
    scale. nonnegative: it takes no number below 0. probabilities: it estimates them. incremental: it has `partial_fit`.
    rank: how hard it is to read, from 0 (the baseline) to 9; among equally good models the lowest is proposed.
    recipe: name of the proposed recipe that suits it. make: builds the estimator.
    """

    name: str
    label: str
    explanation: str
    tasks: frozenset[Task]
    parameters: tuple[Parameter, ...]
    grid: Mapping[str, tuple[Value, ...]]
    make: Make
    dense: bool = False
    missing: bool = False
    recipe: str = "standard"
    large: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    scaled: bool = False
    nonnegative: bool = False
    probabilities: bool = True
    incremental: bool = False
    rank: int = 5

    def checked(self, hyperparameters: Mapping[str, Any]) -> dict[str, Value]:
        """All hyperparameters, defaults filled in; Invalid on an unknown name, a wrong type or range."""
        return checked_parameters(hyperparameters, self.parameters, self.name)


CLASS_WEIGHT = Parameter(
    "class_weight",
    "choice",
    "balanced",
    choices=("balanced",),
    optional=True,
    explanation="'balanced' gives a rare class as much weight as a frequent one; none counts every row alike",
)
