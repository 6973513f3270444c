"""Feature tables: the catalogue; the values lie in one physical table each."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Deletable, live_unique


class FeatureTable(Deletable, Base):
    """A catalogued physical table. columns: [[name, type], ...]; column i is stored as `c{i}`."""

    __tablename__ = "feature_table"
    __table_args__ = (live_unique("uq_feature_table_live_name", "project_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    name: Mapped[str]
    physical: Mapped[str] = mapped_column(unique=True)
    columns: Mapped[list[Any]]
    key: Mapped[list[Any]]
    time: Mapped[str | None]
    row_count: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
