"""Segments: named rules over features."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Deletable, live_unique


class Segment(Deletable, Base):
    """A named rule: conditions that must all hold, as JSON [[column, operator, value], ...]."""

    __tablename__ = "segment"
    __table_args__ = (live_unique("uq_segment_live_name", "project_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    name: Mapped[str]
    conditions: Mapped[list[Any]]
    description: Mapped[str] = mapped_column(default="")
    created_by: Mapped[str]
    created_at: Mapped[datetime]
