"""Ask the global champion on the rows of a scope's run."""

from math import isfinite
from statistics import fmean, stdev

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.models import get_model, oof_frame
from db.queries.promotions import find_champion
from db.session import reading
from mms.domain.models import Model
from mms.domain.promotions import GLOBAL
from mms.domain.references import Reference, reference_to_json
from mms.ml.metrics import score_all
from mms.settings import settings
from mms.usecases.fitted import predicted_of
from mms.usecases.seat import load_seat
from mms.usecases.work import Work

REFERENCE = "reference"
"""The step that asks the global champion."""


def meet_champion(work: Work) -> None:
    """Store with a scope's run how the global champion does on the scope's rows: what its models must beat."""
    if work.scope == GLOBAL or REFERENCE in work.context.done():
        return
    with reading() as session:
        reference = _reference(session, work)

    def store(session: Session) -> None:
        session.get_one(tables.Run, work.run.id).reference = reference_to_json(reference)

    work.context.save(REFERENCE, work.run.progress, store)


def _reference(session: Session, work: Work) -> Reference:
    """On the run's own rows and folds; where the champion is of another snapshot, on those it never saw."""
    metric = work.project.primary_metric
    champion = find_champion(session, work.project.id, GLOBAL)
    if champion is None:
        return Reference(metric, why_not="no champion answers for all rows yet")
    model = get_model(session, champion.model.id)
    if model.ranked.snapshot_id == work.snapshot.id and model.ranked.scope == GLOBAL:
        return _by_folds(work, model, oof_frame(session, settings().cache, model.id))
    validated = np.sort(np.concatenate([split.validate for split in work.splits]))
    seat = load_seat(session, model, work.snapshot, work.instances, validated)
    if seat is None or metric not in seat.scores:
        return Reference(metric, model.id, model.ranked.name, why_not="it saw these rows, or cannot answer for them")
    source = f"{len(seat.rows):,} of these rows, which it never saw"
    return Reference(metric, model.id, model.ranked.name, seat.scores[metric], None, len(seat.rows), source)


def _by_folds(work: Work, model: Model, oof: pd.DataFrame) -> Reference:
    """Fold scores from its out-of-fold rows: no fit, and no row that the scored fit has learnt from."""
    metric, instances = work.project.primary_metric, work.instances
    scores, rows = [], 0
    for split in work.splits:
        own = oof[oof["row"].isin(split.validate)]
        predicted = predicted_of(own, instances.classes, is_probability=model.signature.probability)
        truth = own["truth"].to_numpy()
        score = score_all(instances.task, truth, predicted, instances.classes, instances.positive).get(metric)
        rows += len(own)
        if score is not None and isfinite(score):
            scores.append(score)
    if not scores:
        return Reference(metric, model.id, model.ranked.name, why_not=f"no fold determines {metric} on these rows")
    spread = stdev(scores) if len(scores) > 1 else None
    source = "the same 12 folds of these rows"
    return Reference(metric, model.id, model.ranked.name, fmean(scores), spread, rows, source, same_folds=True)
