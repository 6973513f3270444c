"""Saved views: filters, sorts and columns of a page, by name."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class SavedView(Base):
    """The query part of a page's address, under a name. is_shared: every member sees it, else its owner only."""

    __tablename__ = "saved_view"
    __table_args__ = (sa.UniqueConstraint("project_id", "page", "owner", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    page: Mapped[str]
    name: Mapped[str]
    query: Mapped[str]
    owner: Mapped[str]
    is_shared: Mapped[bool]
    created_at: Mapped[datetime]
