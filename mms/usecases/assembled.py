"""Members become an ensemble: its folds from their stored out-of-fold rows, its artifact from their pipelines."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from db.queries.ensembles import models_of_triples
from db.queries.models import oof_frame
from db.queries.runs import fold_results
from db.session import reading
from mms.domain.ensembles import EnsembleKind, kind_of
from mms.domain.errors import Conflict
from mms.domain.runs import FINAL_FIT, FoldResult, RunTriple
from mms.ml.ensembles import Question, SideBySide, assembled, combiner_of, out_of_fold_answers, side_by_side
from mms.ml.fitting import fit_fold, out_of_fold
from mms.ml.folds import Split
from mms.ml.metrics import score_all
from mms.ml.prediction import gives_probabilities, predict_frame
from mms.ml.sharing.fits import FittedModel, persisted
from mms.ml.sharing.pieces import Part
from mms.settings import settings
from mms.usecases.fitted import finding_of, fold_row, newest_of_folds, write_model
from mms.usecases.models import load_model
from mms.usecases.work import Work

SAMPLE = 200
"""Rows on which a persisted ensemble must answer as the one in memory does."""


@dataclass(frozen=True, slots=True)
class _Members:
    """What the models of an ensemble's triple left behind, in the triple's order. costs: fold -> sums over them."""

    rows: SideBySide
    pipelines: tuple[Any, ...]
    costs: dict[int, FoldResult]


def made_ensemble(work: Work, triple: RunTriple, older: Part | None) -> Callable[[Session], None]:
    """What writes an ensemble's 12 folds and its model, at once. Conflict: a member has no model on these rows.

    older: where folds do not go by time, the rows before the newest ones: members are fitted on them once more.
    Seconds and features of the folds are those of its members together.
    """
    instances = work.instances
    question = Question(instances.task, instances.classes, instances.positive)
    members = _loaded(work, triple, question)
    combined = out_of_fold_answers(triple.triple, members.rows, work.splits, question)
    oof = out_of_fold(instances, work.splits, [_at(members.rows, combined, split) for split in work.splits])
    folds = [_fold(members, combined, split, question) for split in work.splits]
    newest = newest_of_folds(work, oof) if older is None else _newest(work, triple, members.rows, older, question)
    pipeline = assembled(members.pipelines, combiner_of(triple.triple, members.rows, question), question)
    finding = finding_of(work, _whole(work, pipeline, members, question), folds, oof, newest)

    def write(session: Session) -> None:
        session.add_all(fold_row(triple.id, result, None) for result in folds)
        write_model(session, work, triple, finding)

    return write


def _loaded(work: Work, triple: RunTriple, question: Question) -> _Members:
    hashes = [member.hash for member in triple.triple.members]
    with reading() as session:
        models = models_of_triples(session, work.snapshot.id, work.scope, hashes)
        for member in triple.triple.members:
            if member.hash not in models:
                raise Conflict(
                    f"The member '{member.algorithm}' has no model on these rows, because its fit failed or it was "
                    "deleted: run its triple first, or make the ensemble without it."
                )
        ids = [models[name].id for name in hashes]
        frames = [oof_frame(session, settings().cache, model_id) for model_id in ids]
        pipelines = tuple(load_model(session, model_id)[1] for model_id in ids)
        _check_votes(triple, pipelines, question)
        results = fold_results(session, ids)
    return _Members(side_by_side(frames, question), pipelines, _costs([results[model_id] for model_id in ids]))


def _check_votes(triple: RunTriple, pipelines: Sequence[Any], question: Question) -> None:
    """An average needs probabilities; a stack takes whatever ranks."""
    if not question.classes or kind_of(triple.triple.algorithm) is not EnsembleKind.VOTING:
        return
    for member, pipeline in zip(triple.triple.members, pipelines, strict=True):
        if not gives_probabilities(pipeline):
            raise Conflict(
                f"The member '{member.algorithm}' gives decision values that only rank, and a vote averages "
                "probabilities: leave it out, or stack the members instead."
            )


def _costs(results: Sequence[Sequence[FoldResult]]) -> dict[int, FoldResult]:
    """By fold, the members' results with seconds and features added up, without scores."""
    costs: dict[int, FoldResult] = {}
    for result in (one for member in results for one in member):
        before = costs.get(result.fold)
        costs[result.fold] = replace(
            result,
            fit_seconds=result.fit_seconds + (before.fit_seconds if before else 0.0),
            feature_seconds=result.feature_seconds + (before.feature_seconds if before else 0.0),
            score_seconds=result.score_seconds + (before.score_seconds if before else 0.0),
            features=None if result.features is None else result.features + ((before and before.features) or 0),
            peak_bytes=None,
            scores={},
            train_scores={},
        )
    return costs


def _at(rows: SideBySide, combined: np.ndarray, split: Split) -> np.ndarray:
    """The answers on a split's validation rows, in their order; both are sorted."""
    answers: np.ndarray = combined[np.searchsorted(rows.rows, split.validate)]
    return answers


def _fold(members: _Members, combined: np.ndarray, split: Split, question: Question) -> FoldResult:
    here = np.searchsorted(members.rows.rows, split.validate)
    predicted = question.predicted(combined[here])
    scores = score_all(question.task, members.rows.truth[here], predicted, question.classes, question.positive)
    return replace(members.costs[split.fold], scores=scores)


def _newest(work: Work, triple: RunTriple, rows: SideBySide, older: Part, question: Question) -> pd.DataFrame:
    """The newest rows as members say that saw only older ones, combined as those rows' truth teaches."""
    split = Split(work.splits[-1].fold, older.train, older.validate)
    frames = [fit_fold(member, work.instances, split, work.seed).oof for member in triple.triple.members]
    combiner = combiner_of(triple.triple, rows.only(np.isin(rows.rows, older.train)), question)
    said = side_by_side(frames, question)
    return out_of_fold(work.instances, [split], [_at(said, combiner(said.answers), split)])


def _whole(work: Work, pipeline: Any, members: _Members, question: Question) -> FittedModel:
    """The artifact, and what it answers (too well) on the rows its members learnt from."""
    asked = (question.task, question.classes, question.positive)
    features = work.instances.features
    artifact = persisted(pipeline, features.iloc[:: max(1, len(features) // SAMPLE)], *asked)
    predicted = predict_frame(pipeline, features.iloc[work.rows], *asked, None)
    truth = work.instances.target.iloc[work.rows].to_numpy(dtype=np.str_ if question.classes else np.float64)
    scores = score_all(question.task, truth, predicted, question.classes, question.positive)
    return FittedModel(
        replace(members.costs[FINAL_FIT], scores=scores, train_scores=scores),
        np.frombuffer(artifact, dtype=np.uint8),
        hashlib.sha256(artifact).hexdigest(),
        gives_probabilities(pipeline),
        {},
    )
