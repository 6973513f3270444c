"""A fitted triple becomes a model: final fit, round trip, newest rows, evidence, and the rows that keep them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import models as tables
from db.blobs import put_bytes, put_file, read_bytes, sweep
from db.queries.runs import folds_of_triple
from db.session import reading
from mms.domain.ageing import state_at_birth
from mms.domain.errors import Invalid
from mms.domain.jobs import JobState
from mms.domain.models import Holdout
from mms.domain.projects import Task
from mms.domain.promotions import Evidence, evidence_to_json
from mms.domain.runs import FoldResult, RunTriple
from mms.domain.scores import ScoreSummary, summarise
from mms.domain.snapshots import FoldKind
from mms.domain.triples import Value, typed_value
from mms.ml.fitting import out_of_fold, signature_of
from mms.ml.folds import Split
from mms.ml.metrics import score_all, sums_of
from mms.ml.persistence import environment
from mms.ml.prediction import DEFAULT_THRESHOLD, Predicted
from mms.ml.sharing.fits import Answers, Fitted, FittedModel
from mms.security.site_key import sign, site_key
from mms.settings import settings
from mms.usecases.work import Work

SMALL = 4 << 20
"""Bytes of an artifact that is written in its model's own transaction; a larger one is streamed before."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Everything a new model's rows are written from. newest: evidence against the champion, as JSON.

    oof, importances: of all folds, as Parquet.
    """

    fitted: FittedModel
    oof: bytes
    importances: bytes | None
    summaries: tuple[ScoreSummary, ...]
    holdout: Holdout | None
    newest: dict[str, Any] | None


def made_model(work: Work, triple: RunTriple, fitted: FittedModel, newest: Fitted | None) -> Callable[[Session], None]:
    """What writes the model of a triple whose folds are all stored. newest: the fit on all but the newest rows."""
    with reading() as session:
        stored = folds_of_triple(session, triple.id)
        answers = [Answers.from_bytes(read_bytes(session, blob)) for _, blob in stored if blob]
    oof = out_of_fold(work.instances, work.splits, [answer.values for answer in answers])
    finding = finding_of(work, fitted, [result for result, _ in stored], oof, _newest(work, oof, newest))
    told = {f"fold_{i}": answer.importances for i, answer in enumerate(answers)} | {"final": fitted.importances}
    finding = replace(finding, importances=_importances(told))
    return lambda session: write_model(session, work, triple, finding)


def finding_of(
    work: Work, fitted: FittedModel, folds: Sequence[FoldResult], oof: pd.DataFrame, newest: pd.DataFrame | None
) -> Finding:
    """What is to be written of a final fit and its folds. newest: out-of-fold rows that judge it against a champion,
    None without a time. A large artifact is in the store when this returns."""
    if len(fitted.artifact) > SMALL:
        _stream(work, fitted)
    return Finding(
        fitted=fitted,
        oof=parquet(oof),
        importances=None,
        summaries=summaries_of(folds, fitted.result, work.project.primary_metric),
        holdout=_holdout(work, newest),
        newest=_evidence(work, oof if newest is None else newest, is_probability=fitted.is_probability),
    )


def parquet(frame: pd.DataFrame) -> bytes:
    """A frame as Parquet bytes."""
    buffer = BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def fold_row(run_triple_id: int, result: FoldResult, oof_blob: str | None) -> tables.FoldResult:
    """The row of one fit; a score that is no finite number is left out, as one that the rows do not determine."""
    return tables.FoldResult(
        run_triple_id=run_triple_id,
        fold=result.fold,
        n_train=result.n_train,
        n_validate=result.n_validate,
        fit_seconds=result.fit_seconds,
        score_seconds=result.score_seconds,
        scores=_finite(result.scores),
        train_scores=_finite(result.train_scores),
        oof_blob=oof_blob,
        feature_seconds=result.feature_seconds,
        features=result.features,
        peak_bytes=result.peak_bytes,
    )


def _finite(scores: Any) -> dict[str, float]:
    return {name: score for name, score in scores.items() if np.isfinite(score)}


def _stream(work: Work, fitted: FittedModel) -> None:
    with TemporaryDirectory(prefix="mms-artifact-") as folder:
        path = Path(folder) / "artifact"
        path.write_bytes(fitted.artifact.data)
        stored = put_file(work.context.transaction, path, work.now())
        assert stored == fitted.sha256


def _importances(told: Mapping[str, Mapping[str, float]]) -> bytes | None:
    """Columns feature, fold_0 .. fold_11, final; None where no fit told any."""
    names = list(dict.fromkeys(name for by_name in told.values() for name in by_name))
    if not names:
        return None
    columns = {fit: [by_name.get(name, np.nan) for name in names] for fit, by_name in told.items()}
    return parquet(pd.DataFrame({"feature": names, **columns}))


def summaries_of(folds: Sequence[FoldResult], final: FoldResult, primary: str) -> tuple[ScoreSummary, ...]:
    """Every metric over the folds that determine it; the primary one must be among them."""
    names = dict.fromkeys(name for fold in folds for name in fold.scores)
    if primary not in names:
        raise _undetermined(primary)
    optimistic = _finite(final.scores)
    return tuple(
        summarise(name, [fold.scores[name] for fold in folds if name in fold.scores], optimistic.get(name))
        for name in names
    )


def _undetermined(primary: str) -> Invalid:
    return Invalid(f"No fold determines {primary}, by which this project ranks: choose another primary metric.")


def _newest(work: Work, oof: pd.DataFrame, newest: Fitted | None) -> pd.DataFrame | None:
    """Predictions of the newest rows by fits that saw only older rows, sorted by row; None without a time."""
    if newest is None or work.newest is None:
        return newest_of_folds(work, oof)
    split = Split(work.splits[-1].fold, work.rows, work.newest)
    return out_of_fold(work.instances, [split], [Answers.from_bytes(newest.answers).values])


def newest_of_folds(work: Work, oof: pd.DataFrame) -> pd.DataFrame | None:
    """Out-of-fold rows that are such predictions: the newest ones where folds go by time, else None."""
    if work.newest is None or work.snapshot.fold_plan.kind is not FoldKind.BY_TIME:
        return None
    return oof[oof["row"].isin(work.newest)]


def predicted_of(oof: pd.DataFrame, classes: tuple[str, ...], *, is_probability: bool = True) -> Predicted:
    """Out-of-fold rows in the shape that metrics take."""
    if not classes:
        return Predicted(None, None, oof["value"].to_numpy())
    shares = oof[[f"p_{k}" for k in range(len(classes))]].to_numpy()
    return Predicted(oof["label"].to_numpy(dtype=object), shares, None, is_probability)


def _holdout(work: Work, newest: pd.DataFrame | None) -> Holdout | None:
    if newest is None or not len(newest) or work.instances.time is None:
        return None
    instances = work.instances
    truth, predicted = newest["truth"].to_numpy(), predicted_of(newest, instances.classes)
    sums = sums_of(instances.task, truth, predicted, instances.classes, instances.positive)
    times = work.instances.time.iloc[newest["row"]]
    return Holdout(times.min().to_pydatetime(), times.max().to_pydatetime(), sums)


def _evidence(work: Work, newest: pd.DataFrame, *, is_probability: bool) -> dict[str, Any] | None:
    """This triple and the seated champion on the same newest rows; None where there are no such rows."""
    seat, instances, metric = work.seat, work.instances, work.project.primary_metric
    if seat is None or metric not in seat.scores:
        return None
    ours = newest[newest["row"].isin(seat.rows)]
    if len(ours) != len(seat.rows):
        return None  # rows that no fold scored: the two would not be compared on the same ones
    predicted = predicted_of(ours, instances.classes, is_probability=is_probability)
    scores = score_all(instances.task, ours["truth"].to_numpy(), predicted, instances.classes, instances.positive)
    if metric not in scores:
        return None
    evidence = Evidence(metric, seat.scores[metric], scores[metric], len(ours), seat.source)
    return evidence_to_json(evidence) | {"champion_model_id": seat.champion_model_id}


def write_model(session: Session, work: Work, triple: RunTriple, finding: Finding) -> None:
    """The model and all that hangs on it, in the transaction of its step."""
    result = finding.fitted.result
    session.add(fold_row(triple.id, result, None))
    row = session.get_one(tables.RunTriple, triple.id)
    row.state, row.error, row.newest = JobState.SUCCEEDED.value, None, finding.newest
    version, metric = next_version(session, work.project.id)
    primary = next((s for s in finding.summaries if s.metric == metric), None)
    if primary is None:
        raise _undetermined(metric)
    present = work.present()
    model = tables.Model(
        project_id=work.project.id,
        version=version,
        run_id=work.run.id,
        run_triple_id=triple.id,
        snapshot_id=work.snapshot.id,
        triple_id=row.triple_id,
        artifact_id=_artifact(session, work, finding.fitted),
        oof_blob=put_bytes(session, finding.oof, work.now()),
        importances_blob=None if finding.importances is None else put_bytes(session, finding.importances, work.now()),
        algorithm=triple.triple.algorithm,
        recipe=triple.triple.recipe.name,
        hyperparameters=dict(triple.triple.hyperparameters),
        state=state_at_birth(work.run.kind, triple.origin).value,
        score=primary.mean,
        score_sd=primary.sd,
        build_seconds=result.fit_seconds,
        artifact_size=len(finding.fitted.artifact),
        threshold=DEFAULT_THRESHOLD if work.instances.task is Task.BINARY else None,
        holdout=finding.holdout.to_json() if finding.holdout else None,
        seed=work.seed,
        scope=work.scope,
        parent_id=work.parent.id if work.parent else None,
        owner=work.run.launched_by,
        created_at=present,
        touched_at=present,
    )
    session.add(model)
    session.flush()
    session.add_all(score_row(model, summary) for summary in finding.summaries)
    session.add_all(parameter_row(model, name, value) for name, value in model.hyperparameters.items())
    session.flush()
    _forget_folds(session, triple)


def parameter_row(model: tables.Model, name: str, value: Value) -> tables.ModelParameter:
    """A hyperparameter, to be found by its value."""
    number, text = typed_value(value)
    return tables.ModelParameter(model_id=model.id, name=name, project_id=model.project_id, number=number, text=text)


def score_row(model: tables.Model, summary: ScoreSummary) -> tables.ModelScore:
    """A metric of a model over its folds."""
    return tables.ModelScore(
        model_id=model.id,
        project_id=model.project_id,
        metric=summary.metric,
        mean=summary.mean,
        sd=summary.sd,
        minimum=summary.minimum,
        maximum=summary.maximum,
        final=summary.final,
    )


def _forget_folds(session: Session, triple: RunTriple) -> None:
    """The model holds the out-of-fold rows of all folds, so the folds' own copies go."""
    fold = tables.FoldResult
    own = fold.run_triple_id == triple.id
    blobs = session.scalars(sa.select(fold.oof_blob).where(own, fold.oof_blob.is_not(None))).all()
    session.execute(sa.update(fold).where(own).values(oof_blob=None))
    sweep(session, [blob for blob in blobs if blob])


def _artifact(session: Session, work: Work, fitted: FittedModel) -> int:
    if len(fitted.artifact) <= SMALL:
        put_bytes(session, fitted.artifact.tobytes(), work.now())
    artifact = tables.Artifact(
        sha256=fitted.sha256,
        size=len(fitted.artifact),
        hmac=sign(site_key(settings().key_file), fitted.sha256),
        signature=signature_of(work.instances, is_probability=fitted.is_probability).to_json(),
        environment=environment(),
        created_at=work.present(),
    )
    session.add(artifact)
    session.flush()
    return artifact.id


def next_version(session: Session, project_id: int) -> tuple[int, str]:
    """The model's version, and the metric that ranks it: it may have been changed since the run began."""
    project = tables.Project
    counted = sa.update(project).where(project.id == project_id).values(last_version=project.last_version + 1)
    version, metric = session.execute(counted.returning(project.last_version, project.primary_metric)).one()
    return version, metric
