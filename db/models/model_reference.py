"""What a model's later life is held against: the distributions it learnt from, its calibration, its expected errors."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class ModelReference(Base):
    """kind: 'features' (bins of the training rows), 'calibration' or 'errors'. blob: as its maker packs it."""

    __tablename__ = "model_reference"

    model_id: Mapped[int] = mapped_column(sa.ForeignKey("model.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    blob: Mapped[str | None] = mapped_column(sa.ForeignKey("blob.sha256"), index=True)
    error: Mapped[str | None]
    created_at: Mapped[datetime]
