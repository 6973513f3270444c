"""Tags: words that members give to models."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class ModelTag(Base):
    """One word on one model."""

    __tablename__ = "model_tag"
    __table_args__ = (sa.Index("ix_model_tag_tag", "project_id", "tag", "model_id"),)

    model_id: Mapped[int] = mapped_column(sa.ForeignKey("model.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True)
    project_id: Mapped[int]
    tagged_by: Mapped[str]
    tagged_at: Mapped[datetime]
