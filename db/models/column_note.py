"""Column notes: what a column of a feature table means, where it comes from, and who answers for it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class ColumnNote(Base):
    """What is known about one column."""

    __tablename__ = "column_note"

    table_id: Mapped[int] = mapped_column(sa.ForeignKey("feature_table.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    description: Mapped[str]
    source: Mapped[str]
    owner: Mapped[str]
    edited_by: Mapped[str]
    edited_at: Mapped[datetime]
