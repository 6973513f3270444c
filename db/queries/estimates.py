"""What a model's answers promise before their truths are known, read from what was learnt out of fold."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from db import blobs
from db.models import Bucket, ModelReference
from db.models import Model as ModelRow
from db.models import Project as ProjectRow
from db.packed import packed, unpacked
from db.queries.buckets import BucketSeries
from db.queries.periods import grouped
from mms.domain.decay import DecayPoint, Grain
from mms.domain.projects import Task
from mms.monitoring.estimated import Calibration, ExpectedErrors, estimated_series, expected_series
from mms.monitoring.metrics import Estimates
from mms.monitoring.sums import BINS

CALIBRATION, ERRORS, ERROR_MODEL = "calibration", "errors", "error model"
"""Kinds of a model's reference: what its probabilities mean; how errors of its numbers scatter; what expects them."""


@dataclass(frozen=True, slots=True)
class LearntErrors:
    """How errors scatter about what is expected, and the artifact that expects them: its hash and signature."""

    errors: ExpectedErrors
    sha256: str
    hmac: str


def packed_calibration(calibration: Calibration) -> bytes:
    """A calibration as `db.packed` packs tables."""
    scored = len(calibration.chance)
    frame = pd.DataFrame({"scored": np.repeat(np.arange(scored), BINS), "chance": calibration.chance.ravel()})
    return packed({"chance": frame, "about": pd.DataFrame({"rows": [calibration.rows]})})


def packed_errors(learnt: LearntErrors) -> bytes:
    """Expected errors as `db.packed` packs tables."""
    about = {
        "spread_absolute": [learnt.errors.spread_absolute], "spread_squared": [learnt.errors.spread_squared],
        "rows": [learnt.errors.rows], "sha256": [learnt.sha256], "hmac": [learnt.hmac],
    }  # fmt: skip
    return packed({"about": pd.DataFrame(about)})


def find_calibration(session: Session, model_id: int) -> Calibration | None:
    """What a model's probabilities mean; None where nobody learnt it yet, or could not."""
    tables = _tables(session, model_id, CALIBRATION)
    if tables is None:
        return None
    chance = tables["chance"]["chance"].to_numpy(np.float64).reshape(-1, BINS)
    return Calibration(chance, int(tables["about"]["rows"].iloc[0]))


def find_errors(session: Session, model_id: int) -> LearntErrors | None:
    """Which errors to expect of a model's numbers; None where nobody learnt it yet, or could not."""
    tables = _tables(session, model_id, ERRORS)
    if tables is None:
        return None
    about = tables["about"].iloc[0]
    errors = ExpectedErrors(float(about["spread_absolute"]), float(about["spread_squared"]), int(about["rows"]))
    return LearntErrors(errors, str(about["sha256"]), str(about["hmac"]))


def promised_by(
    session: Session, one: BucketSeries, grain: Grain, metric: str, *, labelled: bool = False
) -> Estimates | None:
    """A metric by period as estimated without labels; None where nothing was learnt.

    labelled: of the rows whose truth is known only, to be held against the realised metric (of classes).
    """
    starts, group = grouped(one, grain)
    series = one.series.added(group, len(starts))
    if series.layout.task is Task.REGRESSION:
        learnt = find_errors(session, one.model_id)
        return None if learnt is None else expected_series(series, learnt.errors, metric)
    calibration = find_calibration(session, one.model_id)
    if calibration is None or len(calibration.chance) != len(series.layout.scored):
        return None
    return estimated_series(series, calibration, metric, labelled=labelled)


def estimated_points(
    session: Session, one: BucketSeries, grain: Grain, metric: str, now: datetime
) -> list[DecayPoint] | None:
    """A model's points of a metric as estimated without labels, as of `now`; they wait for none, so those of periods
    that are over are mature. None where nothing was learnt."""
    promised = promised_by(session, one, grain, metric)
    if promised is None:
        return None
    starts, group = grouped(one, grain)
    n = one.series.added(group, len(starts)).n
    return [
        DecayPoint(
            period=start,
            model_id=one.model_id,
            estimate=promised.at(i),
            n=int(n[i]),
            labelled=int(n[i]),
            over=grain.next_of(start) <= now,
            arrived=1.0,
            grain=grain,
        )
        for i, start in enumerate(at.replace(tzinfo=UTC) for at in starts.astype("datetime64[us]").tolist())
    ]


def models_to_learn(session: Session) -> list[int]:
    """Live models that answered, of which nobody learnt yet what to expect."""
    row, reference = ModelRow, ModelReference
    answered = exists().where(Bucket.model_id == row.id)  # a look at one row a model, not at all buckets
    learnt = exists().where(reference.model_id == row.id, reference.kind.in_((CALIBRATION, ERRORS)))
    stmt = (
        select(row.id)
        .join(ProjectRow, ProjectRow.id == row.project_id)
        .where(answered, ~learnt, row.deleted_at.is_(None), ProjectRow.deleted_at.is_(None))
    )
    return list(session.scalars(stmt.order_by(row.id)))


def _tables(session: Session, model_id: int, kind: str) -> dict[str, pd.DataFrame] | None:
    row = session.get(ModelReference, (model_id, kind))
    return None if row is None or row.blob is None else unpacked(blobs.read_bytes(session, row.blob))
