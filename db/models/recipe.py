"""Recipes by name: stored, versioned, each once."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class Recipe(Base):
    """A named version of a feature pipeline, as JSON; two that do the same are one (hash)."""

    __tablename__ = "recipe"
    __table_args__ = (sa.UniqueConstraint("project_id", "hash"), sa.UniqueConstraint("project_id", "name", "version"))

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    name: Mapped[str]
    version: Mapped[int]
    hash: Mapped[str] = mapped_column(sa.String(64))
    content: Mapped[dict[str, Any]]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
