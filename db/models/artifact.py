"""Artifacts: persisted models."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class Artifact(Base):
    """A persisted model: bytes by hash, HMAC by the site's key (checked before unpickling), signature, environment."""

    __tablename__ = "artifact"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.ForeignKey("blob.sha256"), index=True)
    size: Mapped[int]
    hmac: Mapped[str] = mapped_column(sa.String(64))
    signature: Mapped[dict[str, Any]]
    environment: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
