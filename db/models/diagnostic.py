"""Diagnostics: stored visual checks of a model or a snapshot, data first."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class Diagnostic(Base):
    """The numbers of one check: a blob of tables, or the error that says why there are none.

    hash: of subject, kind and parameters; the same question is asked once. fits: how many it took.
    """

    __tablename__ = "diagnostic"
    __table_args__ = (
        sa.Index("ix_diagnostic_model_id", "model_id", "kind"),
        sa.Index("ix_diagnostic_snapshot_id", "snapshot_id", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    model_id: Mapped[int | None] = mapped_column(sa.ForeignKey("model.id", ondelete="CASCADE"))
    snapshot_id: Mapped[int | None] = mapped_column(sa.ForeignKey("snapshot.id", ondelete="CASCADE"))
    kind: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    job_id: Mapped[int | None] = mapped_column(sa.ForeignKey("job.id"))
    tables_blob: Mapped[str | None] = mapped_column(sa.ForeignKey("blob.sha256"), index=True)
    error: Mapped[str | None]
    fits: Mapped[int]
    seconds: Mapped[float | None]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
