"""Open hold-outs: once for each model, when it is promoted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

import numpy as np
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.models import get_model
from db.queries.openings import holdout_view
from db.queries.snapshots import get_snapshot, snapshot_blocks
from mms.domain.members import Member, Permission
from mms.domain.openings import Opening
from mms.domain.snapshots import HELD_OUT
from mms.usecases.models import scored_on
from mms.usecases.scopes import rows_of_scope
from mms.usecases.snapshots import load_instances


@dataclass(frozen=True, slots=True)
class Look:
    """What a model scores on its hold-out, not recorded yet. scores: every metric that the rows determine.

    threshold: the model's, by which it was asked.
    """

    snapshot_id: int
    rows: int
    scores: Mapping[str, float]
    threshold: float | None


def look_at_holdout(session: Session, member: Member, model_id: int) -> Look | None:
    """Score a model on the rows of its scope that nothing saw: work for before the transaction that records it.

    None: the look is there already, or there is no hold-out, or one that holds no row of the scope or that the model
    was fitted on.
    """
    member.require(Permission.PROMOTE)
    if not holdout_view(session, model_id).opens:
        return None
    model = get_model(session, model_id)
    snapshot = get_snapshot(session, model.ranked.snapshot_id)
    held = snapshot_blocks(session, snapshot) == HELD_OUT
    rows = np.flatnonzero(held & rows_of_scope(session, snapshot, model.ranked.scope))
    if not len(rows):
        return None
    scores = scored_on(session, model, load_instances(session, snapshot.id), rows)
    known = {name: score for name, score in scores.items() if isfinite(score)}
    return Look(snapshot.id, len(rows), known, model.threshold)


def open_holdout(
    session: Session, member: Member, model_id: int, promotion_id: int | None, now: datetime, look: Look | None = None
) -> Opening | None:
    """Record the look at a model's hold-out; the caller holds the project. look: taken before, None takes it here.

    The look that is there is returned, not taken again. None: there is none to take, see `look_at_holdout`.
    """
    member.require(Permission.PROMOTE)
    view = holdout_view(session, model_id)
    if not view.opens:
        return view.opening
    if look is None or look.threshold != get_model(session, model_id).threshold:
        look = look_at_holdout(session, member, model_id)
    if look is None:
        return None
    session.add(
        tables.Opening(
            snapshot_id=look.snapshot_id,
            model_id=model_id,
            promotion_id=promotion_id,
            rows=look.rows,
            scores=dict(look.scores),
            opened_by=member.display_name,
            opened_at=now,
        )
    )
    session.flush()
    return holdout_view(session, model_id).opening
