"""A fitted triple becomes a model: final fit, round trip, hold-out, evidence, and the rows that keep them."""

from collections.abc import Callable
from dataclasses import dataclass
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
from mms.domain.errors import Conflict, Invalid
from mms.domain.jobs import JobState
from mms.domain.models import Holdout, ModelState
from mms.domain.projects import Task
from mms.domain.promotions import Evidence, evidence_to_json
from mms.domain.runs import FoldResult, Origin, RunKind, RunTriple
from mms.domain.scores import ScoreSummary, summarise
from mms.domain.snapshots import FoldKind
from mms.ml.fitting import FittedWhole, Instances, fit_fold, fit_whole
from mms.ml.folds import Split
from mms.ml.metrics import score_all, sums_of
from mms.ml.persistence import environment, load_pipeline, save_pipeline
from mms.ml.prediction import DEFAULT_THRESHOLD, Predicted, predict_frame
from mms.security.site_key import sign, site_key
from mms.settings import settings
from mms.usecases.work import Work

SAMPLE = 200
"""Rows on which a persisted pipeline must answer as the fitted one does."""


@dataclass(frozen=True, slots=True)
class _Finding:
    """Everything a new model's rows are written from. newest: evidence against the champion, as JSON.

    oof: the out-of-fold rows as Parquet; folds: hashes of the same rows, fold by fold.
    """

    whole: FittedWhole
    sha256: str
    size: int
    oof: bytes
    folds: tuple[str, ...]
    summaries: tuple[ScoreSummary, ...]
    holdout: Holdout | None
    newest: dict[str, Any] | None


def make_model(work: Work, triple: RunTriple) -> Callable[[Session], None]:
    """Fit the whole snapshot, persist, load, compare; return what writes the model. Conflict: the round trip failed."""
    whole = fit_whole(triple.triple, work.instances, work.seed)
    sha256, size = _persisted(work, whole)
    with reading() as session:
        folds = folds_of_triple(session, triple.id)
        blobs = tuple(blob for _, blob in folds if blob)
        oof = pd.concat([_frame(session, blob) for blob in blobs], ignore_index=True)
    oof = oof.sort_values("row", ignore_index=True)
    newest = _newest_predictions(work, triple, oof)
    finding = _Finding(
        whole=whole,
        sha256=sha256,
        size=size,
        oof=parquet(oof),
        folds=blobs,
        summaries=_summaries([result for result, _ in folds], whole.result, work.project.primary_metric),
        holdout=_holdout(work, newest),
        newest=_evidence(work, oof if newest is None else newest, whole),
    )
    return lambda session: _write(session, work, triple, finding)


def parquet(frame: pd.DataFrame) -> bytes:
    """A frame as Parquet bytes."""
    buffer = BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def fold_row(triple: RunTriple, result: FoldResult, oof_blob: str | None) -> tables.FoldResult:
    """The row of one fit; a score that is no finite number is left out, as one that the rows do not determine."""
    return tables.FoldResult(
        run_triple_id=triple.id,
        fold=result.fold,
        n_train=result.n_train,
        n_validate=result.n_validate,
        fit_seconds=result.fit_seconds,
        score_seconds=result.score_seconds,
        scores=_finite(result.scores),
        train_scores=_finite(result.train_scores),
        oof_blob=oof_blob,
    )


def _finite(scores: Any) -> dict[str, float]:
    return {name: score for name, score in scores.items() if np.isfinite(score)}


def _frame(session: Session, blob: str) -> pd.DataFrame:
    return pd.read_parquet(BytesIO(read_bytes(session, blob)))


def _persisted(work: Work, whole: FittedWhole) -> tuple[str, int]:
    """Round trip: only a pipeline that answers the same after it was persisted and loaded goes into the store."""
    sample = work.instances.features.iloc[:: max(1, len(work.instances.features) // SAMPLE)]
    with TemporaryDirectory(prefix="mms-artifact-") as folder:
        path = Path(folder) / "artifact"
        sha256, size = save_pipeline(whole.pipeline, path)
        loaded = load_pipeline(path)
        fitted, again = (_asked(pipeline, sample, work.instances) for pipeline in (whole.pipeline, loaded))
        if not _same(fitted, again):
            raise Conflict(
                "The persisted pipeline answers differently from the fitted one, so it did not become a model: "
                "choose another algorithm or recipe, and report this."
            )
        stored = put_file(work.context.transaction, path, work.now())
        assert stored == sha256
    return sha256, size


def _asked(pipeline: Any, frame: pd.DataFrame, instances: Instances) -> Predicted:
    return predict_frame(pipeline, frame, instances.task, instances.classes, instances.positive, None)


def _same(one: Predicted, other: Predicted) -> bool:
    if one.values is not None and other.values is not None:
        return np.array_equal(one.values, other.values, equal_nan=True)
    assert one.probabilities is not None
    assert other.probabilities is not None
    return np.array_equal(one.probabilities, other.probabilities)


def _summaries(folds: list[FoldResult], final: FoldResult, primary: str) -> tuple[ScoreSummary, ...]:
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


def _newest_predictions(work: Work, triple: RunTriple, oof: pd.DataFrame) -> pd.DataFrame | None:
    """Predictions of the newest rows by fits that saw only older rows, sorted by row; None without a time.

    Folds by time give them as they are. Other folds trained on newer rows too, so there is one more fit.
    """
    if work.newest is None:
        return None
    if work.snapshot.fold_plan.kind is FoldKind.BY_TIME:
        return oof[oof["row"].isin(work.newest)]
    older = _older_rows(work.instances, work.newest)
    if len(older) < 2:
        return None
    split = Split(work.splits[-1].fold, older, work.newest)
    return fit_fold(triple.triple, work.instances, split, work.seed).oof.sort_values("row", ignore_index=True)


def _older_rows(instances: Instances, newest: np.ndarray) -> np.ndarray:
    """Rows before the hold-out begins whose label was known by then."""
    assert instances.time is not None
    begins = instances.time.iloc[newest].min()
    older = instances.time < begins
    if instances.label_time is not None:
        older &= ~(instances.label_time > begins)
    return np.flatnonzero(older.to_numpy())


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


def _evidence(work: Work, newest: pd.DataFrame, whole: FittedWhole) -> dict[str, Any] | None:
    """This triple and the seated champion on the same newest rows; None where there are no such rows."""
    seat, instances, metric = work.seat, work.instances, work.project.primary_metric
    if seat is None or metric not in seat.scores:
        return None
    ours = newest[newest["row"].isin(seat.rows)]
    if len(ours) != len(seat.rows):
        return None  # rows that no fold scored: the two would not be compared on the same ones
    predicted = predicted_of(ours, instances.classes, is_probability=whole.signature.probability)
    scores = score_all(instances.task, ours["truth"].to_numpy(), predicted, instances.classes, instances.positive)
    if metric not in scores:
        return None
    evidence = Evidence(metric, seat.scores[metric], scores[metric], len(ours), seat.source)
    return evidence_to_json(evidence) | {"champion_model_id": seat.champion_model_id}


def _write(session: Session, work: Work, triple: RunTriple, finding: _Finding) -> None:
    """The model and all that hangs on it, in the transaction of its step."""
    result = finding.whole.result
    session.add(fold_row(triple, result, None))
    row = session.get_one(tables.RunTriple, triple.id)
    row.state, row.error, row.newest = JobState.SUCCEEDED.value, None, finding.newest
    version, metric = _next_version(session, work.project.id)
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
        artifact_id=_artifact(session, work, finding),
        oof_blob=put_bytes(session, finding.oof, work.now()),
        algorithm=triple.triple.algorithm,
        recipe=triple.triple.recipe.name,
        hyperparameters=dict(triple.triple.hyperparameters),
        state=_state(work, triple).value,
        score=primary.mean,
        score_sd=primary.sd,
        build_seconds=result.fit_seconds,
        artifact_size=finding.size,
        threshold=DEFAULT_THRESHOLD if work.instances.task is Task.BINARY else None,
        holdout=finding.holdout.to_json() if finding.holdout else None,
        seed=work.seed,
        owner=work.run.launched_by,
        created_at=present,
        touched_at=present,
    )
    session.add(model)
    session.flush()
    session.add_all(_score_row(model.id, summary) for summary in finding.summaries)
    session.flush()
    _forget_folds(session, triple, finding.folds)


def _score_row(model_id: int, summary: ScoreSummary) -> tables.ModelScore:
    return tables.ModelScore(
        model_id=model_id,
        metric=summary.metric,
        mean=summary.mean,
        sd=summary.sd,
        minimum=summary.minimum,
        maximum=summary.maximum,
        final=summary.final,
    )


def _forget_folds(session: Session, triple: RunTriple, blobs: tuple[str, ...]) -> None:
    """The model holds the out-of-fold rows of all folds, so the folds' own copies go."""
    fold = tables.FoldResult
    session.execute(sa.update(fold).where(fold.run_triple_id == triple.id).values(oof_blob=None))
    sweep(session, blobs)


def _state(work: Work, triple: RunTriple) -> ModelState:
    """A retraining makes challengers; everything else is a candidate."""
    is_challenger = work.run.kind is RunKind.RETRAINING and triple.origin is not Origin.BASELINE
    return ModelState.CHALLENGER if is_challenger else ModelState.CANDIDATE


def _artifact(session: Session, work: Work, finding: _Finding) -> int:
    artifact = tables.Artifact(
        sha256=finding.sha256,
        size=finding.size,
        hmac=sign(site_key(settings().key_file), finding.sha256),
        signature=finding.whole.signature.to_json(),
        environment=environment(),
        created_at=work.present(),
    )
    session.add(artifact)
    session.flush()
    return artifact.id


def _next_version(session: Session, project_id: int) -> tuple[int, str]:
    """The model's version, and the metric that ranks it: it may have been changed since the run began."""
    project = tables.Project
    counted = sa.update(project).where(project.id == project_id).values(last_version=project.last_version + 1)
    version, metric = session.execute(counted.returning(project.last_version, project.primary_metric)).one()
    return version, metric
