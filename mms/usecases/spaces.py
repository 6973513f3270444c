"""What a run may try on a snapshot, and what it would cost: read before a run is launched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from db.queries.projects import get_project
from db.queries.snapshots import get_snapshot
from mms.domain.members import Member, Permission
from mms.domain.projects import Task
from mms.domain.runs import fits_of
from mms.domain.snapshots import Snapshot
from mms.domain.triples import BASELINE, Parameter, Recipe, Triple, Value
from mms.ml.algorithms import algorithms_of
from mms.ml.recipes import proposed_recipes
from mms.ml.spaces import estimated_seconds, first_space, grid


@dataclass(frozen=True, slots=True)
class Offer:
    """One algorithm to choose. grid: a small set of values to try, parameter -> values. recipe: the one that suits."""

    name: str
    label: str
    explanation: str
    parameters: tuple[Parameter, ...]
    grid: Mapping[str, tuple[Value, ...]]
    recipe: str


@dataclass(frozen=True, slots=True)
class Options:
    """What may be tried on a snapshot. first_space: a good first guess, without the baseline."""

    snapshot: Snapshot
    task: Task
    recipes: tuple[Recipe, ...]
    algorithms: tuple[Offer, ...]
    first_space: tuple[Triple, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What one algorithm of a space tries: its recipes, and values per parameter (every combination is a triple)."""

    recipes: tuple[Recipe, ...]
    values: Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do. fits: with the baseline's; seconds: a rough estimate on one core."""

    triples: tuple[Triple, ...]
    fits: int
    seconds: float


def options_for(session: Session, member: Member, snapshot_id: int) -> Options:
    """Recipes, algorithms and a first space for a snapshot."""
    member.require(Permission.VIEW)
    snapshot = get_snapshot(session, snapshot_id)
    task = get_project(session, member, snapshot.project_id).task
    offers = (
        Offer(a.name, a.label, a.explanation, a.parameters, a.grid, a.recipe)
        for a in algorithms_of(task)
        if a.name != BASELINE
    )
    return Options(
        snapshot=snapshot,
        task=task,
        recipes=proposed_recipes(snapshot.schema, snapshot.profile),
        algorithms=tuple(offers),
        first_space=tuple(first_space(task, snapshot)),
    )


def planned(options: Options, space: Mapping[str, Choice], more: Sequence[Triple] = ()) -> Plan:
    """The triples of a space (algorithm -> choice) and of `more`, each once, with fits and seconds.

    Invalid: an unknown algorithm or parameter, a value of the wrong type or range, a parameter without a value.
    """
    triples = {triple.hash: triple for triple in more}
    for name, choice in space.items():
        for triple in grid(choice.recipes, {name: choice.values}, options.task):
            triples.setdefault(triple.hash, triple)
    chosen = tuple(triples.values())
    snapshot = options.snapshot
    cost = estimated_seconds(chosen, snapshot.row_count, len(snapshot.schema))
    return Plan(chosen, fits_of(len(chosen) + 1) if chosen else 0, cost)
