"""Pictures: Yellowbrick diagnostics drawn in the worker."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class Picture(Base):
    """One drawn diagnostic of a model, as SVG, in one theme; error says why there is none."""

    __tablename__ = "picture"

    model_id: Mapped[int] = mapped_column(sa.ForeignKey("model.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    theme: Mapped[str] = mapped_column(primary_key=True)
    blob: Mapped[str | None] = mapped_column(sa.ForeignKey("blob.sha256"), index=True)
    error: Mapped[str | None]
    created_at: Mapped[datetime]
