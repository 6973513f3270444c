"""Projects."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Deletable, live_unique


class Project(Deletable, Base):
    """One prediction problem. `clock` is the present of a replaying project; versions count up per project."""

    __tablename__ = "project"
    __table_args__ = (live_unique("uq_project_live_name", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    task: Mapped[str]
    primary_metric: Mapped[str]
    positive_class: Mapped[str | None]
    policy: Mapped[dict[str, Any]]
    owner: Mapped[str]
    is_demo: Mapped[bool] = mapped_column(default=False)
    clock: Mapped[datetime | None]
    last_version: Mapped[int] = mapped_column(default=0)
    last_run: Mapped[int] = mapped_column(default=0)
    last_snapshot: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
