"""What a run may try on a snapshot, and what it would cost: read before a run is launched."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from db import models as tables
from db.queries.ensembles import fitted_triples
from db.queries.projects import get_project
from db.queries.promotions import find_champion
from db.queries.snapshots import get_snapshot
from mms.domain.members import Member, Permission
from mms.domain.projects import Task
from mms.domain.promotions import GLOBAL
from mms.domain.runs import fits_of, fits_of_search
from mms.domain.search import Choice, Range, Search, SearchKind, space_to_json
from mms.domain.snapshots import Snapshot
from mms.domain.triples import BASELINE, Parameter, Recipe, Triple, Value
from mms.ml.algorithms import algorithm_named, algorithms_of
from mms.ml.costs import estimated_seconds
from mms.ml.drawing import neighbourhood, sample
from mms.ml.needs import misfit
from mms.ml.recipes import proposed_recipes
from mms.ml.spaces import checked_space, first_space, full_choice, grid_of
from mms.usecases.crews import workers

__all__ = ["Choice", "Offer", "Options", "Plan", "Range", "Way", "choice_of", "options_for", "planned"]


_PREVIEW = 50
"""Triples that stand for those of a search by trials when its time is estimated."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One algorithm to choose. grid, large: a small and a large set of values to try, parameter -> values.

    recipe: the one that suits. needs: what it asks of a recipe or does not give, short clauses. rank: how hard it is to
    read, 0 to 9. incremental: whether it can learn on from new rows.
    """

    name: str
    label: str
    explanation: str
    parameters: tuple[Parameter, ...]
    grid: Mapping[str, tuple[Value, ...]]
    recipe: str
    large: Mapping[str, tuple[Value, ...]]
    needs: tuple[str, ...]
    rank: int
    incremental: bool


@dataclass(frozen=True, slots=True)
class Options:
    """What may be tried on a snapshot. first_space: a good first guess, without the baseline.

    neighbourhood: the global champion's triple and those one step away from it; empty without a champion.
    fitted: hashes of triples with a model on the snapshot, which an ensemble combines without a fit.
    """

    snapshot: Snapshot
    task: Task
    recipes: tuple[Recipe, ...]
    algorithms: tuple[Offer, ...]
    first_space: tuple[Triple, ...]
    neighbourhood: tuple[Triple, ...] = ()
    fitted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Way:
    """How a space is gone through. draw: None takes every combination, a number draws so many triples at random.

    kind: ALL or HALVING follow these triples; TRIALS lets Optuna propose `trials` triples from the space instead.
    """

    kind: SearchKind = SearchKind.ALL
    draw: int | None = None
    factor: int = 3
    trials: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do. fits: with the baseline's; seconds: a rough estimate of wall time on this machine's cores.

    triples and search are what `Launch` takes. warnings: sentences about triples that are certain to fail; nothing else
    of the plan suffers from them.
    """

    triples: tuple[Triple, ...]
    fits: int
    seconds: float
    search: Search = Search()
    warnings: tuple[str, ...] = ()


def options_for(session: Session, member: Member, snapshot_id: int) -> Options:
    """Recipes, algorithms, a first space and the champion's neighbourhood for a snapshot."""
    member.require(Permission.VIEW)
    snapshot = get_snapshot(session, snapshot_id)
    task = get_project(session, member, snapshot.project_id).task
    offers = (
        Offer(a.name, a.label, a.explanation, a.parameters, a.grid, a.recipe, a.large, a.needs, a.rank, a.incremental)
        for a in algorithms_of(task)
        if a.name != BASELINE
    )
    return Options(
        snapshot=snapshot,
        task=task,
        recipes=proposed_recipes(snapshot.schema, snapshot.profile),
        algorithms=tuple(offers),
        first_space=tuple(first_space(task, snapshot)),
        neighbourhood=_neighbourhood(session, snapshot.project_id, task),
        fitted=fitted_triples(session, snapshot_id, GLOBAL),
    )


def choice_of(options: Options, algorithm: str, recipes: Sequence[Recipe], size: str) -> Choice:
    """An algorithm's choice: "default" (one triple a recipe), "small" or "large" grids, or "range", to draw from."""
    known = algorithm_named(algorithm, options.task)
    return full_choice(known, recipes) if size == "range" else Choice(tuple(recipes), known.sized(size))


def planned(options: Options, space: Mapping[str, Choice], more: Sequence[Triple] = (), way: Way = Way()) -> Plan:
    """The triples of a space (algorithm -> choice) and of `more`, each once, with fits, seconds and the search.

    Invalid: an unknown algorithm or parameter, a value of the wrong type or range, a parameter without a value, a range
    in a grid, numbers of draws, trials or of a factor that are out of range.
    """
    search = Search(way.kind, way.factor, way.trials).checked()
    triples = {triple.hash: triple for triple in more}
    if way.kind is SearchKind.TRIALS:
        search = replace(search, space=space_to_json(checked_space(space, options.task)))
        drawn = sample(space, min(way.trials, _PREVIEW), way.seed, options.task)  # what trials may cost
    elif way.draw is None:
        drawn = grid_of(space, options.task)
    else:
        drawn = sample(space, way.draw, way.seed, options.task) if space else []
    if way.kind is not SearchKind.TRIALS:
        triples |= {triple.hash: triple for triple in drawn if triple.hash not in triples}
    chosen = tuple(triples.values())
    members = _missing_members(options, triples)
    count = len(chosen) + len(members) + 1 + search.proposals
    fits = fits_of_search(count, search) if chosen or search.proposals else 0
    drawn = [*members, *drawn]
    return Plan(
        triples=chosen,
        fits=fits,
        seconds=_seconds(options, list({t.hash: t for t in (*chosen, *drawn)}.values()), fits),
        search=search,
        warnings=tuple(dict.fromkeys(_misfits(options, (*chosen, *drawn)))),
    )


def _missing_members(options: Options, triples: Mapping[str, Triple]) -> list[Triple]:
    """Members of ensembles that have no model on the snapshot yet: the launch adds them."""
    asked = {member.hash: member for triple in triples.values() for member in triple.members}
    return [member for name, member in asked.items() if name not in options.fitted and name not in triples]


def _seconds(options: Options, examples: Sequence[Triple], fits: int) -> float:
    """What so many fits take if the triples are like the examples; ensembles combine what is stored, in no time."""
    examples = [triple for triple in examples if not triple.members]
    if not examples:
        return 0.0
    snapshot = options.snapshot
    whole = estimated_seconds(examples, snapshot.row_count, len(snapshot.schema), cores=workers())
    return whole * fits / fits_of(len(examples) + 1)


def _misfits(options: Options, triples: Sequence[Triple]) -> Iterator[str]:
    for triple in triples:
        if triple.members:
            continue
        sentence = misfit(triple.recipe, algorithm_named(triple.algorithm, options.task), options.snapshot.schema)
        if sentence is not None:
            yield sentence


def _neighbourhood(session: Session, project_id: int, task: Task) -> tuple[Triple, ...]:
    champion = find_champion(session, project_id, GLOBAL)
    if champion is None:
        return ()
    row = session.get_one(tables.Model, champion.model.id)
    triple = Triple.from_json(session.get_one(tables.Triple, row.triple_id).content)
    return () if triple.members else tuple(neighbourhood(triple, task))
