"""Runs: launched, retrained, cancelled, run again."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.jobs import UNFINISHED
from db.queries.projects import hold_project
from db.queries.promotions import find_champion
from db.queries.runs import best_triples, live_run, run_triples
from db.queries.snapshots import get_snapshot
from mms.domain.ensembles import ensemble_of, kind_of
from mms.domain.errors import Conflict, Invalid
from mms.domain.logs import ELSEWHERE, NOT_HERE
from mms.domain.members import Member, Permission
from mms.domain.models import RankedModel
from mms.domain.projects import Project, Task
from mms.domain.promotions import checked_scope
from mms.domain.rules import BEST, Space
from mms.domain.runs import Launch, Origin, Retraining, RunKind
from mms.domain.search import Search
from mms.domain.snapshots import Extent, Selection, Snapshot, selection_to_json
from mms.domain.triples import BASELINE, Triple
from mms.ml.algorithms import algorithm_named
from mms.ml.drawing import neighbourhood
from mms.ml.recipes import checked_recipe
from mms.ml.spaces import baseline
from mms.usecases.jobs import cancel_job, retry_job
from mms.usecases.launching import RunDraft, open_project, store_run
from mms.usecases.scopes import check_scope
from mms.usecases.search import baseline_of, checked_search


def launch_run(session: Session, member: Member, launch: Launch, now: datetime) -> int:
    """Check every triple and the scope's rows, add the Dummy baseline, store run and job; return the run's id."""
    member.require(Permission.TRAIN)
    check_scope(session, get_snapshot(session, launch.snapshot_id), launch.scope)
    return launch_checked(session, member, launch, now)


def launch_checked(session: Session, member: Member, launch: Launch, now: datetime) -> int:
    """`launch_run` on a scope whose rows were found enough already."""
    member.require(Permission.TRAIN)
    snapshot = get_snapshot(session, launch.snapshot_id)
    project = open_project(session, snapshot.project_id)
    search = checked_search(launch.search, snapshot, project.task)
    if not launch.triples and not search.proposals:
        raise Invalid("A run needs at least one triple: choose a recipe and an algorithm.")
    checked = [_checked(triple, snapshot, project.task) for triple in launch.triples]
    draft = RunDraft(
        project,
        RunKind.SELECTION,
        _with_baseline(checked, project.task) if checked else baseline_of(search, project.task),
        seed=launch.seed,
        snapshot_id=snapshot.id,
        scope=launch.scope,
        search=search,
    )
    return store_run(session, member, draft, now)


def retrain(session: Session, member: Member, request: Retraining, now: datetime) -> int:
    """Launch a search space, by default that of the champion's run, on a new snapshot; return the run's id.

    The run's first step takes the snapshot; the champion's own triple is always refitted on the new folds.
    """
    member.require(Permission.TRAIN)
    scope = checked_scope(request.scope)
    project = open_project(session, request.project_id)
    champion = find_champion(session, project.id, scope)
    if champion is None:
        raise Conflict(f"There is no champion in '{scope}' to challenge: promote a model first, then retrain.")
    _refuse_second(session, project.id, scope)
    row = session.get_one(tables.Model, champion.model.id)
    seated = Triple.from_json(session.get_one(tables.Triple, row.triple_id).content)
    tried, search = _space(session, project, champion.model, seated, request.space)
    space = {triple.hash: (triple, Origin.SPACE) for triple in tried}
    if champion.model.algorithm != ELSEWHERE:
        space[seated.hash] = (seated, Origin.CHAMPION)
    selection = request.selection or _window(project)
    draft = RunDraft(
        project,
        RunKind.RETRAINING,
        _with_baseline(list(space.values()), project.task),
        seed=row.seed,
        scope=scope,
        firing_id=request.firing_id,
        search=search,
        request={
            "retraining": {
                "scope": scope,
                "selection": selection_to_json(selection),
                "champion_model_id": champion.model.id,
            }
        },
    )
    return store_run(session, member, draft, now)


def _space(
    session: Session, project: Project, champion: RankedModel, seated: Triple, space: Space
) -> tuple[Sequence[Triple], Search]:
    """What a retraining tries beside the champion's own triple, and how it goes through it."""
    if champion.algorithm == ELSEWHERE:
        return _instead(session, project, champion, space), Search()
    if space is Space.RUN:
        search = Search.from_json(live_run(session, champion.run_id).request.get("search"))
        return run_triples(session, champion.run_id), search
    if space is Space.PROJECT:
        return best_triples(session, project.id, BEST), Search()
    plain = space is Space.CHAMPION or seated.members  # an ensemble has no numbers to step beside
    return [] if plain else neighbourhood(seated, project.task), Search()


def _instead(session: Session, project: Project, champion: RankedModel, space: Space) -> Sequence[Triple]:
    """The project's own best triples, where the champion has none that could be fitted here."""
    tried = best_triples(session, project.id, BEST) if space is Space.PROJECT else []
    if not tried:
        raise Conflict(
            f"{champion.name} cannot be retrained: {NOT_HERE}. Train models of this project's data, and let the "
            "retraining try the project's best ones."
        )
    return tried


def cancel_run(session: Session, member: Member, run_id: int, now: datetime) -> None:
    """Stop a run; finished models stay."""
    cancel_job(session, member, _job_of(session, run_id), now)


def retry_run(session: Session, member: Member, run_id: int, now: datetime) -> None:
    """Queue a failed or cancelled run again; finished folds are kept."""
    retry_job(session, member, _job_of(session, run_id), now)


def _checked(triple: Triple, snapshot: Snapshot, task: Task) -> tuple[Triple, Origin]:
    """The triple with every parameter filled in, so that equal triples have equal hashes."""
    if triple.members:
        members = [_checked(member, snapshot, task)[0] for member in triple.members]
        return ensemble_of(kind_of(triple.algorithm), members, triple.hyperparameters), Origin.SPACE
    algorithm = algorithm_named(triple.algorithm, task)
    recipe = checked_recipe(triple.recipe, snapshot.schema)
    complete = Triple(recipe, algorithm.name, algorithm.checked(triple.hyperparameters))
    return complete, Origin.BASELINE if algorithm.name == BASELINE else Origin.SPACE


def _with_baseline(triples: Sequence[tuple[Triple, Origin]], task: Task) -> list[tuple[Triple, Origin]]:
    """Each triple once, the baseline first: it is quick, and what all others must beat."""
    unique = {triple.hash: (triple, origin) for triple, origin in triples}
    if not any(triple.algorithm == BASELINE for triple, _ in unique.values()):
        first = triples[0][0]
        return [(baseline(task, (first.members or (first,))[0].recipe), Origin.BASELINE), *unique.values()]
    return sorted(unique.values(), key=lambda pair: pair[0].algorithm != BASELINE)


def _refuse_second(session: Session, project_id: int, scope: str) -> None:
    """One unfinished retraining a scope: the second would learn the same from the same rows."""
    run = tables.Run
    hold_project(session, project_id)
    unfinished = sa.select(run.number).where(
        run.project_id == project_id,
        run.scope == scope,
        run.kind == RunKind.RETRAINING.value,
        run.state.in_(UNFINISHED),
    )
    number = session.scalar(unfinished.limit(1))
    if number is not None:
        raise Conflict(f"Run {number} is retraining '{scope}' already: wait for it, or stop it first.")


def _window(project: Project) -> Selection:
    """The rows the project's policy lets a retraining learn from."""
    days = project.policy.window_days
    return Selection() if days is None else Selection(Extent.LAST_DAYS, days)


def _job_of(session: Session, run_id: int) -> int:
    job_id = live_run(session, run_id).job_id
    assert job_id is not None  # a run and its job are stored in one transaction
    return job_id
