"""Members: people and tokens."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class Member(Base):
    """A person (or token) with roles. `name` is the sign-in name; `display_name` is shown."""

    __tablename__ = "member"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    roles: Mapped[list[Any]]
    created_at: Mapped[datetime]
