"""Ensembles: members proposed, the score foretold, the run launched."""

from collections.abc import Sequence
from datetime import datetime
from statistics import fmean, stdev

from sqlalchemy.orm import Session

from db.queries.ensembles import models_of_triples
from db.queries.models import get_model, oof_frame
from db.queries.projects import live_project, project_of
from db.queries.snapshots import get_snapshot, snapshot_blocks, snapshot_times
from mms.domain.agreement import Agreement, Expectation
from mms.domain.ensembles import FEWEST_MEMBERS, MOST_MEMBERS, EnsembleDraft, EnsembleKind, ensemble_of
from mms.domain.errors import Conflict, Invalid
from mms.domain.members import Member, Permission
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.runs import Launch
from mms.domain.triples import BASELINE
from mms.ml.agreement import agreement, best_vote, fold_scores
from mms.ml.ensembles import Question, SideBySide, out_of_fold_answers, side_by_side
from mms.ml.folds import splits
from mms.settings import settings
from mms.usecases.runs import launch_run


def launch_ensemble(session: Session, member: Member, draft: EnsembleDraft, now: datetime) -> int:
    """A run that makes one model of several, at no fit but the baseline's; return the run's id.

    Invalid or Conflict: models of different projects, snapshots or scopes, or answers that cannot be averaged.
    """
    member.require(Permission.TRAIN)
    models, _ = _chosen(session, draft.model_ids)
    _check_votes(models, draft.kind)
    triple = ensemble_of(draft.kind, [model.triple for model in models], draft.hyperparameters)
    first = models[0]
    launch = Launch(first.ranked.snapshot_id, (triple,), first.seed, scope=first.ranked.scope)
    return launch_run(session, member, launch, now)


def agreement_of(session: Session, member: Member, model_ids: Sequence[int]) -> tuple[Agreement, tuple[int, ...]]:
    """How models agree, best first, and the ids of those that make the best vote."""
    member.require(Permission.VIEW)
    models, project = _chosen(session, model_ids)
    models.sort(key=lambda model: (-model.ranked.score, model.id))
    rows, question = _rows(session, models, project), question_of(project, models[0].signature.classes)
    may_vote = [i for i, model in enumerate(models) if _may_vote(model)]
    if len(may_vote) < FEWEST_MEMBERS:
        may_vote = list(range(len(models)))
    best = best_vote(rows.of_members(may_vote), question, project.primary_metric)
    proposed = tuple(models[may_vote[i]].id for i in best)
    return agreement([model.ranked for model in models], rows, question), proposed


def expected_score(session: Session, member: Member, draft: EnsembleDraft) -> Expectation:
    """What the ensemble will score on the folds, from stored out-of-fold rows: it is what the run then stores."""
    member.require(Permission.VIEW)
    models, project = _chosen(session, draft.model_ids)
    _check_votes(models, draft.kind)
    triple = ensemble_of(draft.kind, [model.triple for model in models], draft.hyperparameters)
    by_hash = {model.triple.hash: model for model in models}
    ordered = [by_hash[one.hash] for one in triple.members]
    rows, question = _rows(session, ordered, project), question_of(project, ordered[0].signature.classes)
    snapshot = get_snapshot(session, ordered[0].ranked.snapshot_id)
    times = snapshot_times(session, settings().cache, snapshot)
    folds = splits(snapshot.fold_plan, snapshot_blocks(session, snapshot), *times)
    combined = out_of_fold_answers(triple, rows, folds, question)
    scores = fold_scores(combined, rows, question, project.primary_metric)
    if not scores:
        raise Conflict(f"No fold determines {project.primary_metric}: choose another primary metric.")
    return Expectation(
        kind=draft.kind,
        model_ids=tuple(model.id for model in models),
        score=fmean(scores),
        score_sd=stdev(scores) if len(scores) > 1 else 0.0,
        best=max(model.ranked.score for model in models),
    )


def question_of(project: Project, classes: tuple[str, ...]) -> Question:
    """What a project's models are asked."""
    return Question(project.task, classes, project.positive_class)


def _chosen(session: Session, model_ids: Sequence[int]) -> tuple[list[Model], Project]:
    """Different models of one project, snapshot and scope."""
    ids = list(dict.fromkeys(model_ids))
    if not FEWEST_MEMBERS <= len(ids) <= MOST_MEMBERS:
        raise Invalid(f"Choose {FEWEST_MEMBERS} to {MOST_MEMBERS} models to combine; these are {len(ids)}.")
    models = [get_model(session, model_id) for model_id in ids]
    first = models[0].ranked
    for other in (model.ranked for model in models[1:]):
        if other.project_id != first.project_id:
            raise Invalid(f"{first.name} and {other.name} answer different questions: combine models of one project.")
        if (other.snapshot_id, other.scope) != (first.snapshot_id, first.scope):
            raise Conflict(
                f"{first.name} and {other.name} were scored on different rows: combine models of one snapshot and "
                "scope, or make them comparable on the compare page first."
            )
    _check_newest(session, models)
    return models, project_of(live_project(session, first.project_id))


def _check_newest(session: Session, models: Sequence[Model]) -> None:
    """An ensemble's triple names triples, so its run takes the newest model that each of them gave on the folds."""
    first = models[0].ranked
    found = models_of_triples(session, first.snapshot_id, first.scope, [model.triple.hash for model in models])
    for model in models:
        newest = found.get(model.triple.hash)
        if newest is None:
            raise Conflict(
                f"Model {model.ranked.name} learnt from other rows than its folds did, and the model it goes on from "
                "was deleted: combine others."
            )
        if newest.id != model.id:
            raise Conflict(
                f"An ensemble takes the newest model that a triple gave on its folds, and of {model.ranked.name} that "
                f"is {newest.name}: combine that one."
            )


def _may_vote(model: Model) -> bool:
    averages = model.signature.probability or not model.signature.classes
    return averages and model.triple.algorithm != BASELINE and not model.triple.members


def _check_votes(models: Sequence[Model], kind: EnsembleKind) -> None:
    """An average needs probabilities; a stack takes whatever ranks."""
    if kind is not EnsembleKind.VOTING or not models[0].signature.classes:
        return
    ranking = next((model.ranked.name for model in models if not model.signature.probability), None)
    if ranking is not None:
        raise Invalid(
            f"{ranking} gives decision values that only rank, and a vote averages probabilities: "
            "leave it out, or stack the models instead."
        )


def _rows(session: Session, models: Sequence[Model], project: Project) -> SideBySide:
    frames = [oof_frame(session, settings().cache, model.id) for model in models]
    return side_by_side(frames, question_of(project, models[0].signature.classes))
