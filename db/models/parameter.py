"""Hyperparameters of models as typed rows, so that the model table can compare numbers as numbers."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class ModelParameter(Base):
    """One hyperparameter of a model. number: of numbers; text: of choices, and 'true' or 'false'; neither: none."""

    __tablename__ = "model_parameter"
    __table_args__ = (
        sa.Index("ix_model_parameter_number", "project_id", "name", "number", "model_id"),
        sa.Index("ix_model_parameter_text", "project_id", "name", "text", "model_id"),
    )

    model_id: Mapped[int] = mapped_column(sa.ForeignKey("model.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    project_id: Mapped[int]
    number: Mapped[float | None]
    text: Mapped[str | None]
