"""Predictions: every served answer, stored before it is given."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import IDS_ONCE, Base


class Prediction(Base):
    """A served answer. score: probability of the positive class (binary) or of the label; truth: latest known.

    expected_absolute, expected_squared: the error that was expected of the value, where its model has learnt that.
    """

    __tablename__ = "prediction"
    __table_args__ = (
        sa.Index("ix_prediction_time", "project_id", "predicted_at", "id"),
        sa.Index("ix_prediction_entity", "project_id", "entity", "predicted_at", "id"),
        sa.Index("ix_prediction_model", "model_id", "predicted_at"),
        sa.Index("ix_prediction_order", "project_id", "id"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    model_id: Mapped[int] = mapped_column(sa.ForeignKey("model.id"))
    scope: Mapped[str]
    entity: Mapped[str]
    features: Mapped[dict[str, Any]]
    base_row: Mapped[dict[str, Any] | None]
    label: Mapped[str | None]
    value: Mapped[float | None]
    score: Mapped[float | None]
    probabilities: Mapped[dict[str, Any]]
    predicted_at: Mapped[datetime]
    created_at: Mapped[datetime]
    source: Mapped[str]
    truth: Mapped[str | None]
    truth_at: Mapped[datetime | None]
    expected_absolute: Mapped[float | None]
    expected_squared: Mapped[float | None]
