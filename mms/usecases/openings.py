"""Open hold-outs: once for each model, when it is promoted."""

from datetime import datetime
from math import isfinite

import numpy as np
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.models import get_model
from db.queries.openings import holdout_view
from db.queries.snapshots import get_snapshot, snapshot_blocks
from mms.domain.members import Member, Permission
from mms.domain.models import Model
from mms.domain.openings import Opening
from mms.domain.snapshots import HELD_OUT, Snapshot
from mms.ml.metrics import score_all
from mms.ml.prediction import predict_frame
from mms.usecases.models import load_model
from mms.usecases.scopes import rows_of_scope
from mms.usecases.snapshots import load_instances


def open_holdout(
    session: Session, member: Member, model_id: int, promotion_id: int | None, now: datetime
) -> Opening | None:
    """Score a model on the rows of its scope that nothing saw, and record the look; the caller holds the project.

    The look that is there is returned, not taken again. None: no hold-out, or one that holds no row of the scope or
    that the model was fitted on.
    """
    member.require(Permission.PROMOTE)
    view = holdout_view(session, model_id)
    if not view.opens:
        return view.opening
    model = get_model(session, model_id)
    snapshot = get_snapshot(session, model.ranked.snapshot_id)
    held = snapshot_blocks(session, snapshot) == HELD_OUT
    rows = np.flatnonzero(held & rows_of_scope(session, snapshot, model.ranked.scope))
    if not len(rows):
        return None
    look = tables.Opening(
        snapshot_id=snapshot.id,
        model_id=model_id,
        promotion_id=promotion_id,
        rows=len(rows),
        scores=_scores(session, model, snapshot, rows),
        opened_by=member.display_name,
        opened_at=now,
    )
    session.add(look)
    session.flush()
    return holdout_view(session, model_id).opening


def _scores(session: Session, model: Model, snapshot: Snapshot, rows: np.ndarray) -> dict[str, float]:
    """Every metric that these rows determine, stored units."""
    instances = load_instances(session, snapshot.id)
    _, pipeline = load_model(session, model.id)
    inputs = [column.name for column in model.signature.inputs]
    predicted = predict_frame(
        pipeline,
        instances.features[inputs].iloc[rows],
        instances.task,
        model.signature.classes,
        instances.positive,
        model.threshold,
    )
    truth = instances.target.to_numpy()[rows]
    scores = score_all(instances.task, truth, predicted, model.signature.classes, instances.positive)
    return {metric: score for metric, score in scores.items() if isfinite(score)}
