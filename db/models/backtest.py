"""Back-tests: other policies replayed on the past."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import IDS_ONCE, Base


class Backtest(Base):
    """One back-test. losses_blob: what each period's model lost in each later period, fitted once by its job."""

    __tablename__ = "backtest"
    __table_args__ = (sa.Index("ix_backtest_project", "project_id", "id"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    job_id: Mapped[int | None] = mapped_column(sa.ForeignKey("job.id"))
    request: Mapped[dict[str, Any]]
    losses_blob: Mapped[str | None] = mapped_column(sa.ForeignKey("blob.sha256"), index=True)
    error: Mapped[str | None]
    created_by: Mapped[str]
    created_at: Mapped[datetime]


class BacktestFit(Base):
    """A checkpoint of a back-test: what one period's model lost; gone once `losses_blob` holds all of them."""

    __tablename__ = "backtest_fit"

    backtest_id: Mapped[int] = mapped_column(sa.ForeignKey("backtest.id", ondelete="CASCADE"), primary_key=True)
    period: Mapped[int] = mapped_column(primary_key=True)
    losses_blob: Mapped[str] = mapped_column(sa.ForeignKey("blob.sha256"), index=True)
