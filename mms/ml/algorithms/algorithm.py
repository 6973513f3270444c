"""What the registry knows of one vetted algorithm."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.triples import Parameter, Value, checked_parameters

CLASSES = frozenset({Task.BINARY, Task.MULTICLASS})
NUMBERS = frozenset({Task.REGRESSION})

Make = Callable[[Mapping[str, Value], int], Any]
"""Checked hyperparameters and a seed -> an unfitted estimator."""


SIZES = ("default", "small", "large")
"""How many values of its parameters a space tries."""


def maker(estimator: Any, *, seeded: bool = True, **fixed: Any) -> Make:
    """What builds `estimator` from its hyperparameters, with `fixed` arguments beside them and the seed."""

    def make(parameters: Mapping[str, Value], seed: int) -> Any:
        return estimator(**parameters, **fixed, **({"random_state": seed} if seeded else {}))

    return make


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

    @property
    def needs(self) -> tuple[str, ...]:
        """What it asks of a recipe and does not give, one short clause each."""
        clauses = (
            (self.nonnegative, "takes no number below 0"),
            (self.scaled, "wants features of one scale"),
            (self.dense, "holds every zero in memory, so it suits no wide text"),
            (not self.probabilities, "ranks, but gives no probabilities"),
        )
        return tuple(clause for holds, clause in clauses if holds)

    def sized(self, size: str) -> Mapping[str, tuple[Value, ...]]:
        """The values to try: of "default" none but the defaults, of "small" the small grid, of "large" the large one.

        Invalid: another size.
        """
        if size not in SIZES:
            raise Invalid(f"'{size}' is no size of a grid; choose one of {', '.join(SIZES)}.")
        return {} if size == "default" else self.grid if size == "small" else self.large or self.grid

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
