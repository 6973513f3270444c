"""Learn what a model's answers promise, out of fold: what its probabilities mean, which errors to expect."""

from datetime import datetime
from io import BytesIO

import numpy as np
import pandas as pd
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db import models as tables
from db.blobs import put_bytes, read_bytes
from db.queries.buckets import layouts
from db.queries.estimates import (
    CALIBRATION,
    ERROR_MODEL,
    ERRORS,
    LearntErrors,
    find_errors,
    models_to_learn,
    packed_calibration,
    packed_errors,
)
from db.queries.models import get_model, oof_frame
from db.session import Transaction, reading
from mms.domain.errors import MmsError
from mms.domain.models import Model
from mms.domain.projects import Task
from mms.ml.monitoring.calibration import calibrated
from mms.ml.monitoring.expected_errors import LEAST_ROWS, ErrorModel, learnt
from mms.ml.persistence import dump_pipeline, load_pipeline
from mms.monitoring.estimated import Calibration, ExpectedErrors
from mms.monitoring.sums import Layout
from mms.security.site_key import check_signature, sign, site_key
from mms.settings import settings
from mms.usecases.jobs import JobContext
from mms.usecases.snapshots import load_instances

_loaded: dict[str, ErrorModel] = {}
"""What expects errors, by the hash of its reference: each is small, and there is one a champion of numbers."""

_KEPT = 16


def learn_all_estimates(context: JobContext) -> None:
    """The job: every model that answered and of which nobody learnt yet what to expect."""
    with reading() as session:
        waiting = models_to_learn(session)
    for model_id in waiting:
        learn_estimates(context.transaction, model_id, context.now())


def learn_estimates(transaction: Transaction, model_id: int, now: datetime) -> bool:
    """Learn what to expect of one model, once; return whether it could be learnt. Why it could not is stored."""
    with reading() as session:
        model = get_model(session, model_id)
        layout = layouts(session, [model_id])[model_id]
        kind = ERRORS if layout.task is Task.REGRESSION else CALIBRATION
        found: Calibration | tuple[ErrorModel, ExpectedErrors] | None = None
        error = None
        try:
            oof = oof_frame(session, settings().cache, model_id)
            if len(oof) < LEAST_ROWS:
                error = f"{len(oof)} out-of-fold rows are too few to learn what to expect; it takes {LEAST_ROWS}."
            else:
                found = _errors(session, model, oof) if kind == ERRORS else _calibration(layout, oof)
        except MmsError as refusal:
            error = refusal.sentence
    with transaction() as session:
        blobs = {kind: None} if found is None else _stored(session, found, now)
        rows = [
            {"model_id": model_id, "kind": kind, "blob": blob, "error": error, "created_at": now}
            for kind, blob in blobs.items()
        ]
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        session.execute(dialect.insert(tables.ModelReference).on_conflict_do_nothing(), rows)
    return found is not None


def expected_errors(session: Session, model_id: int, frame: pd.DataFrame, values: np.ndarray) -> np.ndarray | None:
    """(N, 2) the absolute and squared errors to expect of answers; None where nobody learnt that of the model.

    frame: (N,) typed inputs; values: (N,) its answers. The artifact's signature is checked before it is unpickled.
    """
    reference = session.get(tables.ModelReference, (model_id, ERRORS))
    if reference is None or reference.blob is None:
        return None
    if reference.blob not in _loaded:  # a prediction that follows another reads one row, and unpacks nothing
        found = find_errors(session, model_id)
        assert found is not None
        check_signature(site_key(settings().key_file), found.sha256, found.hmac)
        if len(_loaded) >= _KEPT:
            _loaded.clear()
        _loaded[reference.blob] = load_pipeline(BytesIO(read_bytes(session, found.sha256)))
    return _loaded[reference.blob].expected(frame, values)


def _calibration(layout: Layout, oof: pd.DataFrame) -> Calibration | None:
    if not layout.scored:
        return None
    truth = oof["truth"].to_numpy(dtype=object)
    places = [layout.classes.index(name) for name in layout.scored]
    hit = np.column_stack([truth == name for name in layout.scored])
    return calibrated(oof[[f"p_{place}" for place in places]].to_numpy(np.float64), hit)


def _errors(session: Session, model: Model, oof: pd.DataFrame) -> tuple[ErrorModel, ExpectedErrors]:
    instances = load_instances(session, model.ranked.snapshot_id)
    frame = instances.features.iloc[oof["row"].to_numpy()]
    return learnt(frame, model.signature.inputs, oof["value"].to_numpy(), oof["truth"].to_numpy(np.float64))


def _stored(
    session: Session, found: Calibration | tuple[ErrorModel, ExpectedErrors], now: datetime
) -> dict[str, str | None]:
    """Kind of reference -> the blob that holds it."""
    if isinstance(found, Calibration):
        return {CALIBRATION: put_bytes(session, packed_calibration(found), now)}
    model, errors = found
    sha256 = put_bytes(session, dump_pipeline(model), now)
    signature = sign(site_key(settings().key_file), sha256)
    about = packed_errors(LearntErrors(errors, sha256, signature))
    return {ERRORS: put_bytes(session, about, now), ERROR_MODEL: sha256}
