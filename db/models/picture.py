"""Pictures: Yellowbrick diagnostics of models and snapshots, drawn in the worker."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class Picture(Base):
    """One drawn diagnostic of a model or a snapshot, as SVG, in one theme; error says why there is none.

    content: hash of what it was drawn from; the same content is not drawn twice.
    """

    __tablename__ = "picture"
    __table_args__ = (
        sa.UniqueConstraint("model_id", "kind", "theme"),
        sa.UniqueConstraint("snapshot_id", "kind", "theme"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int | None] = mapped_column(sa.ForeignKey("model.id", ondelete="CASCADE"))
    snapshot_id: Mapped[int | None] = mapped_column(sa.ForeignKey("snapshot.id", ondelete="CASCADE"))
    kind: Mapped[str]
    theme: Mapped[str]
    content: Mapped[str] = mapped_column(sa.String(64), index=True)
    blob: Mapped[str | None] = mapped_column(sa.ForeignKey("blob.sha256"), index=True)
    error: Mapped[str | None]
    created_at: Mapped[datetime]
