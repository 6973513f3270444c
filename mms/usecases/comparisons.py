"""Comparisons: models on the same rows and folds, how they stand, and how to make them comparable."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import combinations

from sqlalchemy.orm import Session

from db.queries import comparisons as queries
from db.queries.ensembles import models_of_triples
from db.queries.models import get_model, models_of, no_model, oof_frame
from db.queries.projects import get_project
from db.queries.runs import fold_results, get_run
from db.queries.snapshots import get_snapshot
from mms.domain.agreement import Agreement
from mms.domain.comparison import (
    Alignment,
    Comparison,
    Contender,
    Pair,
    Standing,
    Standings,
    band_of,
    rope_of,
    simplest,
    why_not_comparable,
)
from mms.domain.errors import Conflict, Invalid
from mms.domain.logs import ELSEWHERE, NOT_HERE
from mms.domain.members import Member, Permission
from mms.domain.models import Model, RankedModel
from mms.domain.projects import Project, Task
from mms.domain.promotions import GLOBAL
from mms.domain.runs import Launch, RunKind, fits_of
from mms.domain.scores import METRICS
from mms.domain.triples import BASELINE
from mms.ml.agreement import agreement
from mms.ml.algorithms import algorithms_of
from mms.ml.comparison import holm, tested_over_folds
from mms.ml.ensembles import side_by_side
from mms.settings import settings
from mms.usecases.ensembles import question_of
from mms.usecases.runs import launch_run

_Place = tuple[int, str]
"""Snapshot and scope: models there are scored on the same rows and folds."""


def compared(session: Session, member: Member, model_ids: Sequence[int]) -> Comparison:
    """Every model against every worse one; Conflict where they are not scored on the same rows and folds."""
    models, project = _opened(session, member, model_ids)
    why_not = why_not_comparable([model.ranked for model in models])
    if why_not is not None:
        raise Conflict(why_not)
    found = queries.contenders(session, [model.id for model in models], project.primary_metric)
    rope = _rope(session, project, found)
    pairs = []
    for one, other in combinations(found, 2):
        test = tested_over_folds(one.scores, other.scores, one.ratios, rope)
        if test is None:
            raise Conflict(
                f"{one.model.name} and {other.model.name} share fewer than 2 folds that determine "
                f"{METRICS[project.primary_metric].label}: choose another primary metric to compare them."
            )
        pairs.append((one.model.id, other.model.id, test))
    adjusted = holm([test.p for _, _, test in pairs])
    tested = tuple(Pair(*pair, p_adjusted=p) for pair, p in zip(pairs, adjusted, strict=True))
    return Comparison(project.primary_metric, rope, tuple(found), tested)


def agreement_between(session: Session, member: Member, model_ids: Sequence[int]) -> Agreement:
    """How every pair of models agrees on the rows that both predicted out of fold, the best model first."""
    models, project = _opened(session, member, model_ids)
    why_not = why_not_comparable([model.ranked for model in models])
    if why_not is not None:
        raise Conflict(why_not)
    models.sort(key=lambda model: (-model.ranked.score, model.id))
    question = question_of(project, models[0].signature.classes)
    rows = side_by_side([oof_frame(session, settings().cache, model.id) for model in models], question)
    return agreement([model.ranked for model in models], rows, question)


def standings(session: Session, member: Member, run_id: int) -> Standings | None:
    """A run's models beside its best: the band, the simplest in it, and the adjusted tests; None without a model."""
    member.require(Permission.VIEW)
    run = get_run(session, run_id)
    project = get_project(session, member, run.project_id)
    found = queries.contenders_of_run(session, run_id, project.primary_metric)
    if not found:
        return None
    best, rope = found[0], _rope(session, project, found)
    inside = {model.id for model in band_of([c.model for c in found])}
    tests = [None if c is best else tested_over_folds(best.scores, c.scores, best.ratios, rope) for c in found]
    adjusted = iter(holm([test.p for test in tests if test is not None]))
    rows = (
        Standing(c, c.model.id in inside, test, None if test is None else next(adjusted))
        for c, test in zip(found, tests, strict=True)
    )
    return Standings(
        metric=project.primary_metric,
        rope=rope,
        tried=queries.tried(session, best.model.snapshot_id),
        rows=tuple(rows),
        simplest=simplest([c for c in found if c.model.id in inside], _ranks(project.task)),
    )


def alignment(session: Session, member: Member, model_ids: Sequence[int]) -> Alignment:
    """How the models become comparable: on the newest of their snapshots on which most of them can be fitted."""
    models, _ = _opened(session, member, model_ids)
    places = {_place(model): model for model in models}
    fixed = {model.id: why for model in models if (why := _why_not_refitted(session, model))}
    options = {place: _twins(session, models, place) for place in places}

    def order(place: _Place) -> tuple[int, int, bool]:
        stuck = sum(model_id not in options[place] for model_id in fixed)
        return (stuck, -place[0], place[1] != GLOBAL)

    chosen = min(places, key=order)
    there = options[chosen]
    refits = [model for model in models if model.id not in there and model.id not in fixed]
    snapshot, fitted = get_snapshot(session, chosen[0]), _fitted_there(session, refits, chosen)
    return Alignment(
        snapshot_id=snapshot.id,
        snapshot=snapshot.name,
        scope=chosen[1],
        seed=places[chosen].seed,
        there=there,
        refits=tuple(model.id for model in refits),
        under_way=queries.run_under_way(session, [model.id for model in refits], *chosen),
        refused=tuple(why for model_id, why in fixed.items() if model_id not in there),
        fits=fits_of(sum(model.algorithm != BASELINE for model in fitted) + 1) if refits else 0,
        seconds=_estimated_seconds(session, fitted, snapshot.row_count),
    )


def make_comparable(session: Session, member: Member, model_ids: Sequence[int], now: datetime) -> int:
    """Launch the refits of `alignment` as one run; return its id. Conflict where there is nothing to refit."""
    member.require(Permission.TRAIN)
    plan = alignment(session, member, model_ids)
    if plan.under_way is not None:
        raise Conflict("A run that fits one of these triples there is under way already: wait for it.")
    if not plan.refits:
        raise Conflict(" ".join(plan.refused) or "Each of these models has its equal there already: compare those.")
    triples = tuple(get_model(session, model_id).triple for model_id in plan.refits)
    return launch_run(session, member, Launch(plan.snapshot_id, triples, seed=plan.seed, scope=plan.scope), now)


def _opened(session: Session, member: Member, model_ids: Sequence[int]) -> tuple[list[Model], Project]:
    """Two models or more of one project that the member may see."""
    member.require(Permission.VIEW)
    ids = list(dict.fromkeys(model_ids))
    models = models_of(session, ids)
    if gone := set(ids) - {model.id for model in models}:
        raise no_model(min(gone, key=ids.index))
    if len(models) < 2:
        raise Invalid("A comparison takes 2 models or more: name their ids.")
    if len({model.ranked.project_id for model in models}) > 1:
        raise Invalid("These models answer different questions: compare models of one project.")
    return models, get_project(session, member, models[0].ranked.project_id)


def _rope(session: Session, project: Project, found: Sequence[Contender]) -> float:
    baseline = queries.baseline_score(session, found[0].model, project.primary_metric)
    return rope_of(project.policy, METRICS[project.primary_metric], baseline)


def _ranks(task: Task) -> Mapping[str, int]:
    return {algorithm.name: algorithm.rank for algorithm in algorithms_of(task)}


def _place(model: Model) -> _Place:
    return model.ranked.snapshot_id, model.ranked.scope


def _twins(session: Session, models: Sequence[Model], place: _Place) -> dict[int, int]:
    """Model -> the model of the same triple at a place; one that is there already stands for itself."""
    found = models_of_triples(session, *place, [model.triple.hash for model in models])
    twins = {model.id: found[model.triple.hash].id for model in models if model.triple.hash in found}
    return twins | {model.id: model.id for model in models if _place(model) == place}


def _why_not_refitted(session: Session, model: Model) -> str | None:
    """Why the triple alone does not give the model again; None where it does."""
    if model.ranked.algorithm == ELSEWHERE:
        return f"{model.ranked.name} cannot be refitted: {NOT_HERE}."
    if get_run(session, model.ranked.run_id).kind is not RunKind.UPDATE:
        return None
    return f"{model.ranked.name} went on learning from new feedback: a refit of its triple would be another model."


def _fitted_there(session: Session, refits: Sequence[Model], place: _Place) -> list[RankedModel]:
    """The models whose triples a run at a place fits: the refits, and members of ensembles that have no model there."""
    found = {model.triple.hash: model.ranked for model in refits}
    for model in refits:
        members = [member.hash for member in model.triple.members]
        there = models_of_triples(session, *place, members)
        own = models_of_triples(session, *_place(model), members)
        found |= {name: ranked for name, ranked in own.items() if name not in there}
    return list(found.values())


def _estimated_seconds(session: Session, models: Sequence[RankedModel], rows: int) -> float:
    """What their fits took before, in proportion to the rows."""
    results = fold_results(session, [model.id for model in models])
    total = 0.0
    for model in models:
        took = sum(r.fit_seconds + r.feature_seconds + r.score_seconds for r in results.get(model.id, ()))
        total += took * rows / get_snapshot(session, model.snapshot_id).row_count
    return total
