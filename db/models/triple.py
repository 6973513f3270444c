"""Triples: each stored once."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class Triple(Base):
    """A model selection triple as JSON, unique by its hash in a project."""

    __tablename__ = "triple"
    __table_args__ = (sa.UniqueConstraint("project_id", "hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    hash: Mapped[str] = mapped_column(sa.String(64))
    content: Mapped[dict[str, Any]]
