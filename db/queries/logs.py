"""Logs of models served elsewhere: which models there are, and which of their answers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Model as ModelRow
from db.models import Prediction as PredictionRow
from db.queries.models import get_model
from mms.domain.logs import ELSEWHERE
from mms.domain.models import Model


@dataclass(frozen=True, slots=True)
class LoggedAnswer:
    """An answer that is there, as far as a log can tell it anew."""

    id: int
    label: str | None
    value: float | None
    score: float | None
    truth: str | None
    truth_at: datetime | None


def models_elsewhere(session: Session, project_id: int) -> dict[str, Model]:
    """The live models of a project that are served elsewhere, by the name they bear there."""
    row = ModelRow
    stmt = select(row.id).where(row.project_id == project_id, row.algorithm == ELSEWHERE, row.deleted_at.is_(None))
    found = [get_model(session, id_) for id_ in session.scalars(stmt.order_by(row.id))]
    return {str(model.triple.hyperparameters["name"]): model for model in found}


def answers_logged(
    session: Session, model_id: int, since: datetime, until: datetime
) -> dict[tuple[str, datetime], LoggedAnswer]:
    """A model's answers of a time, both ends included, by entity and time."""
    row = PredictionRow
    stmt = select(row.entity, row.predicted_at, row.id, row.label, row.value, row.score, row.truth, row.truth_at)
    stmt = stmt.where(row.model_id == model_id, row.predicted_at >= since, row.predicted_at <= until)
    return {(one.entity, one.predicted_at): LoggedAnswer(*one[2:]) for one in session.execute(stmt)}
