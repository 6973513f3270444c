"""The seated champion on rows it never saw: the line that a retraining's models are judged against."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from db.queries.snapshots import get_snapshot, snapshot_frame
from mms.domain.logs import ELSEWHERE
from mms.domain.models import Model
from mms.domain.snapshots import Snapshot
from mms.ml.fitting import Instances
from mms.settings import settings
from mms.usecases.models import scored_on


@dataclass(frozen=True, slots=True)
class Seat:
    """The champion's scores (stored units) on the newest rows that its own snapshot did not hold.

    rows: their positions in the new snapshot. source: which rows, in words.
    """

    champion_model_id: int
    rows: np.ndarray
    scores: dict[str, float]
    source: str


def load_seat(
    session: Session, champion: Model, snapshot: Snapshot, instances: Instances, candidates: np.ndarray
) -> Seat | None:
    """Ask the champion's artifact; None where it cannot be asked or where all candidates are rows of its own."""
    rows = candidates[_unseen(session, champion, snapshot, instances, candidates)]
    inputs = [column.name for column in champion.signature.inputs]
    truth = instances.target.to_numpy()[rows]
    known = set(inputs) <= set(instances.features.columns) and champion.ranked.algorithm != ELSEWHERE
    if not len(rows) or not known or not _answers(champion, truth):
        return None
    scores = scored_on(session, champion, instances, rows)
    return Seat(champion.id, rows, scores, f"the same {len(rows):,} newest rows")


def _answers(champion: Model, truth: np.ndarray) -> bool:
    """Whether the champion knows every class that the rows hold."""
    classes = champion.signature.classes
    return not classes or set(truth) <= set(classes)


def _unseen(
    session: Session, champion: Model, snapshot: Snapshot, instances: Instances, rows: np.ndarray
) -> np.ndarray:
    """Which of the rows the champion's snapshot did not hold: later than it, or with a key that is not in it."""
    own = get_snapshot(session, champion.ranked.snapshot_id)
    if instances.time is not None and own.time_to is not None:
        return (instances.time.iloc[rows] > own.time_to).to_numpy()
    if own.id == snapshot.id or not snapshot.entity_key or own.entity_key != snapshot.entity_key:
        return np.zeros(len(rows), dtype=bool)
    cache, key = settings().cache, list(snapshot.entity_key)
    held = pd.MultiIndex.from_frame(snapshot_frame(session, cache, own)[key].astype(str))
    asked = pd.MultiIndex.from_frame(snapshot_frame(session, cache, snapshot)[key].iloc[rows].astype(str))
    return np.asarray(~asked.isin(held))
