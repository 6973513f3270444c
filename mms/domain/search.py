"""Search: how a run goes through its space of triples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mms.domain.errors import Invalid
from mms.domain.snapshots import FOLDS
from mms.domain.triples import Recipe, Value

MOST_TRIALS = 1000
"""The most triples that a search by trials proposes, or that are drawn at random."""

FEWEST_RACED = 2
"""Folds of the first rung at least: one alone says too little."""

RACE: tuple[int, ...] = (11, 5, 8, 2, 10, 4, 7, 1, 9, 3, 6, 0)
"""The order in which a race goes through the folds: spread over all, so over time where folds go by time."""


class SearchKind(StrEnum):
    """How triples are chosen and how long each is followed.

    ALL: every given triple on all folds (grids and random samples are made before the launch). HALVING: all on a few
    folds, the better third on more of them, and so on; whoever stays to the end is fitted on all. TRIALS: Optuna
    proposes triples in the light of those before.
    """

    ALL = "all"
    HALVING = "halving"
    TRIALS = "trials"


@dataclass(frozen=True, slots=True)
class Search:
    """A run's search. factor: of halving, one in `factor` stays at each rung. trials: how many triples Optuna proposes.

    space: of trials, algorithm -> {"recipes": [recipe JSON ...], "values": {parameter: [value ...] or {"low": number,
    "high": number}}}; see `space_to_json`.
    """

    kind: SearchKind = SearchKind.ALL
    factor: int = 3
    trials: int = 0
    space: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The search as plain JSON."""
        return {"kind": self.kind.value, "factor": self.factor, "trials": self.trials, "space": dict(self.space)}

    @staticmethod
    def from_json(value: Mapping[str, Any] | None) -> "Search":
        """The search that `to_json` wrote; None is the plain one."""
        if value is None:
            return Search()
        return Search(SearchKind(value["kind"]), value["factor"], value["trials"], value["space"])

    @property
    def proposals(self) -> int:
        """How many triples the search adds to those that it was given."""
        return self.trials if self.kind is SearchKind.TRIALS else 0

    def checked(self) -> "Search":
        """The search, or Invalid: a factor or a number of trials out of range."""
        if not 2 <= self.factor <= FOLDS:
            raise Invalid(f"One in 2 to {FOLDS} triples stays at each rung; it got one in {self.factor}.")
        if self.kind is SearchKind.TRIALS and not 1 <= self.trials <= MOST_TRIALS:
            raise Invalid(f"A search by trials proposes 1 to {MOST_TRIALS:,} triples; it got {self.trials:,}.")
        return self


@dataclass(frozen=True, slots=True)
class Range:
    """Every value of a numeric parameter from low to high, both included."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Choice:
    """What one algorithm of a space tries: its recipes, and per parameter values or a range to draw from."""

    recipes: tuple[Recipe, ...]
    values: Mapping[str, tuple[Value, ...] | Range]


def space_to_json(space: Mapping[str, Choice]) -> dict[str, Any]:
    """A space (algorithm -> choice) as it lies in `Search.space`."""
    return {
        name: {
            "recipes": [recipe.to_json() for recipe in choice.recipes],
            "values": {
                parameter: {"low": values.low, "high": values.high} if isinstance(values, Range) else list(values)
                for parameter, values in choice.values.items()
            },
        }
        for name, choice in space.items()
    }


def space_from_json(value: Mapping[str, Any]) -> dict[str, Choice]:
    """The space that `space_to_json` wrote; Invalid when the shape is wrong."""
    try:
        return {
            name: Choice(
                tuple(Recipe.from_json(recipe) for recipe in choice["recipes"]),
                {parameter: _values(values) for parameter, values in choice["values"].items()},
            )
            for name, choice in value.items()
        }
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise Invalid(
            'This is no space: per algorithm it has "recipes" and "values", and per parameter a list of values or '
            '{"low": number, "high": number}.'
        ) from error


def _values(value: Any) -> tuple[Value, ...] | Range:
    if isinstance(value, Mapping):
        return Range(float(value["low"]), float(value["high"]))
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise TypeError("neither values nor a range")
    return tuple(value)


@dataclass(frozen=True, slots=True)
class Rung:
    """A stage of a race: `triples` are followed until each has `folds` folds (in the order of RACE); `keep` go on."""

    folds: int
    triples: int
    keep: int


def rungs(triples: int, factor: int = 3) -> tuple[Rung, ...]:
    """The stages of a race of so many triples: successive halving (Jamieson and Talwalkar, 2016) over folds.

    Folds grow by `factor` from rung to rung while one in `factor` stays; whoever is left gets all folds.
    """
    levels = [FOLDS]
    entering, entrants = triples, [triples]
    while entering >= factor and levels[-1] > FEWEST_RACED:
        levels.append(max(FEWEST_RACED, round(levels[-1] / factor)))
        entering = -(-entering // factor)
        entrants.append(entering)
    kept = [*entrants[1:], entrants[-1]]
    return tuple(Rung(*rung) for rung in zip(reversed(levels), entrants, kept, strict=True))


def raced_fits(stages: Sequence[Rung]) -> int:
    """How many fits a race takes, the final ones of those that stay included."""
    before = [0, *(rung.folds for rung in stages[:-1])]
    raced = sum(rung.triples * (rung.folds - done) for rung, done in zip(stages, before, strict=True))
    return raced + stages[-1].keep
