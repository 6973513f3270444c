"""Siblings: models of one algorithm and recipe on the same rows, which differ in hyperparameters only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from mms.domain.triples import Value

Hyperparameters = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Sibling:
    """One of them; score: mean of the folds, natural units of the metric that was asked for."""

    hyperparameters: Hyperparameters
    score: float


@dataclass(frozen=True, slots=True)
class Grid:
    """Siblings that differ from a model in two hyperparameters only. values: as texts, in order. cells: by x and y."""

    x: str
    y: str
    x_values: tuple[str, ...]
    y_values: tuple[str, ...]
    cells: Mapping[tuple[str, str], float]


def grid(own: Hyperparameters, siblings: Sequence[Sibling], *, greater: bool) -> Grid | None:
    """The two hyperparameters that tell most siblings from one another; None where no two values of two are there.
    Several models in one cell (of other seeds) count by the best. greater: whether greater scores are better."""
    found: Grid | None = None
    for x, y in combinations(own, 2):
        cells: dict[tuple[str, str], float] = {}
        alike = [one for one in siblings if _differs_in(own, one, {x, y})]
        for one in alike:
            cell = _words(one.hyperparameters.get(x)), _words(one.hyperparameters.get(y))
            best = max if greater else min
            cells[cell] = best(cells.get(cell, one.score), one.score)
        x_values, y_values = (_in_order([one.hyperparameters.get(name) for one in alike]) for name in (x, y))
        if min(len(x_values), len(y_values)) > 1 and (found is None or len(cells) > len(found.cells)):
            found = Grid(x, y, x_values, y_values, cells)
    return found


def _words(value: Value) -> str:
    """A hyperparameter's value as text: 'none', 'true', '0.1'."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else f"{value:g}"


def _differs_in(own: Hyperparameters, one: Sibling, names: set[str]) -> bool:
    """Whether it has the same values but for these names."""
    theirs = one.hyperparameters
    return own.keys() == theirs.keys() and all(own[n] == theirs[n] for n in own if n not in names)


def _in_order(values: Sequence[Value]) -> tuple[str, ...]:
    """Distinct values as texts: numbers by size, then the others by name."""
    numbers = sorted({float(value) for value in values if _is_number(value)})  # type: ignore[arg-type]
    others = sorted({_words(value) for value in values if not _is_number(value)})
    return (*dict.fromkeys(f"{number:g}" for number in numbers), *others)


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
