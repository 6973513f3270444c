"""Models ranked anew on the rows of one rule, from their stored out-of-fold rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from db.queries.comparisons import baseline_score
from db.queries.models import best_models, get_model
from db.queries.projects import get_project
from db.queries.snapshots import get_snapshot, snapshot_frame
from mms.domain.comparison import PairedTest, rope_of, why_not_comparable
from mms.domain.errors import Conflict, Invalid, NotFound
from mms.domain.members import Member, Permission
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.runs import FINAL_FIT, overlap
from mms.domain.scores import Metric, metric_named
from mms.domain.segments import checked_rule, rule_words
from mms.domain.slice_board import MOST, SliceAsked, SliceBoard, SliceStanding
from mms.domain.tables import Condition
from mms.ml.comparison import holm, tested_over_folds
from mms.ml.diagnostics.subgroups import fold_scores_of, scores_of, spread
from mms.ml.segments import rows_in
from mms.settings import settings
from mms.usecases.diagnostics import ground_of


@dataclass(frozen=True, slots=True)
class _Scored:
    """One model on the slice and on all rows; rows, total: how many of them were scored.

    by_fold: fold -> score of its rows in the slice. ratios: fold -> n_validate/n_train, of all rows.
    """

    model: Model
    score: float | None
    by_fold: Mapping[int, float]
    ratios: Mapping[int, float]
    whole: float | None
    rows: int
    total: int


def slice_board(session: Session, member: Member, asked: SliceAsked) -> SliceBoard:
    """The models of `slice_models`, ranked on the rows that meet every condition.

    Invalid: no condition, or one that the snapshot's features cannot meet; a metric of another task. Conflict: models
    that were not scored on the same rows. NotFound: there are no models.
    """
    project = get_project(session, member, asked.project_id)
    metric = metric_named(asked.metric or project.primary_metric, project.task)
    models = slice_models(session, member, asked)
    snapshot_id = models[0].ranked.snapshot_id
    conditions = checked_rule(get_snapshot(session, snapshot_id).schema, asked.conditions)
    inside = rows_of_rule(session, member, snapshot_id, conditions)
    scored = [_scored(session, model, inside, metric.name) for model in models]
    whole = {one.model.id: place for place, one in enumerate(sorted(scored, key=lambda one: _order(one.whole)), 1)}
    scored.sort(key=lambda one: _order(one.score))
    first, tests = scored[0], _tests(scored, _rope(session, project, models[0], metric))
    standings = (
        SliceStanding(
            one.model.ranked, one.score, _known(spread(one.by_fold)), len(one.by_fold), one.whole,
            place, whole[one.model.id], *tests.get(one.model.id, (None, None)),
        )
        for place, one in enumerate(scored, 1)
    )  # fmt: skip
    return SliceBoard(metric.name, rule_words(conditions), snapshot_id, first.rows, first.total, tuple(standings))


def slice_models(session: Session, member: Member, asked: SliceAsked) -> list[Model]:
    """Whom a slice ranks; see SliceAsked."""
    member.require(Permission.VIEW)
    project = get_project(session, member, asked.project_id)
    found = [get_model(session, model_id) for model_id in asked.model_ids] or _best(session, project, asked)
    foreign = next((model for model in found if model.ranked.project_id != project.id), None)
    if foreign is not None:
        raise Invalid(f"{foreign.ranked.name} belongs to another project: choose models of '{project.name}'.")
    why_not = why_not_comparable([model.ranked for model in found])
    if why_not is not None:
        raise Conflict(why_not)
    return found[:MOST]


def rows_of_rule(session: Session, member: Member, snapshot_id: int, conditions: Sequence[Condition]) -> np.ndarray:
    """Which rows of a snapshot meet every condition, (rows,) bool."""
    member.require(Permission.VIEW)
    snapshot = get_snapshot(session, snapshot_id)
    return rows_in(snapshot_frame(session, settings().cache, snapshot), conditions)


def _best(session: Session, project: Project, asked: SliceAsked) -> list[Model]:
    """The best of a run or a snapshot, of the scope of the very best."""
    snapshot_id = asked.snapshot_id
    if asked.run_id is None and snapshot_id is None:
        best = best_models(session, project.id, 1)
        snapshot_id = best[0].snapshot_id if best else None
    ranked = best_models(session, project.id, 2 * MOST, run_id=asked.run_id, snapshot_id=snapshot_id)
    if not ranked and asked.run_id is not None:
        raise NotFound(f"No model of run {asked.run_id} is in this project: choose a run that made some.")
    if not ranked and asked.snapshot_id is not None:
        raise NotFound(f"No model of snapshot {asked.snapshot_id} is in this project: choose one of its own.")
    if not ranked:
        raise NotFound("There are no models to rank here yet: train some first.")
    return [get_model(session, one.id) for one in ranked if one.scope == ranked[0].scope][:MOST]


def _scored(session: Session, model: Model, inside: np.ndarray, metric: str) -> _Scored:
    ground = ground_of(session, model.id)
    rows = ground.oof[inside[ground.oof["row"].to_numpy()]]
    whole = next((summary.mean for summary in model.scores if summary.metric == metric), None)
    by_fold = fold_scores_of(ground, rows).get(metric, {})
    ratios = {fold.fold: overlap(fold.n_validate, fold.n_train) for fold in ground.folds if fold.fold != FINAL_FIT}
    return _Scored(model, scores_of(ground, rows).get(metric), by_fold, ratios, whole, len(rows), len(ground.oof))


def _tests(scored: Sequence[_Scored], rope: float) -> dict[int, tuple[PairedTest, float]]:
    """Model -> the first against it, and Holm's p over all of them. The models of a fold learnt from all its training
    rows, so its whole ratio corrects for their overlap, however few of its rows are in the slice.
    """
    first, found = scored[0], {}
    for one in scored[1:]:
        test = tested_over_folds(first.by_fold, one.by_fold, first.ratios, rope)
        if test is not None and first.score is not None and one.score is not None:
            found[one.model.id] = test
    adjusted = holm([test.p for test in found.values()])
    return {model_id: (test, p) for (model_id, test), p in zip(found.items(), adjusted, strict=True)}


def _rope(session: Session, project: Project, model: Model, metric: Metric) -> float:
    return rope_of(project.policy, metric, baseline_score(session, model.ranked, metric.name))


def _known(number: float) -> float | None:
    return None if np.isnan(number) else number


def _order(score: float | None) -> float:
    return np.inf if score is None else -score
