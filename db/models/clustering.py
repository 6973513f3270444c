"""Clusterings: a snapshot's structure, as a clusterer sees it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class Clustering(Base):
    """A snapshot's clustering: clusterer, parameters, what came of it (JSON), the cluster of each row (blob)."""

    __tablename__ = "clustering"

    id: Mapped[int] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(sa.ForeignKey("snapshot.id"), index=True)
    job_id: Mapped[int | None] = mapped_column(sa.ForeignKey("job.id"))
    clusterer: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any] | None]
    labels_blob: Mapped[str | None] = mapped_column(sa.ForeignKey("blob.sha256"), index=True)
    created_by: Mapped[str]
    created_at: Mapped[datetime]
