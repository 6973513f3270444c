"""Instance tables: the declared join that models learn from."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class InstanceTable(Base):
    """A declaration; the newest of a project counts. joins: [{table_id, on, as_of, columns}, ...]."""

    __tablename__ = "instance_table"
    __table_args__ = (sa.Index("ix_instance_table_project", "project_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    base_table_id: Mapped[int] = mapped_column(sa.ForeignKey("feature_table.id"))
    entity_key: Mapped[list[Any]]
    prediction_time: Mapped[str | None]
    target: Mapped[str]
    label_time: Mapped[str | None]
    features: Mapped[list[Any]]
    joins: Mapped[list[Any]]
    created_at: Mapped[datetime]
