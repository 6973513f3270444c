"""Comments, and who watches what."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Deletable


class Comment(Deletable, Base):
    """What a member says about a project, a model, a run, a snapshot or a champion's seat. text: Markdown."""

    __tablename__ = "comment"
    __table_args__ = (sa.Index("ix_comment_subject", "project_id", "subject", "subject_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    subject: Mapped[str]
    subject_id: Mapped[int]
    text: Mapped[str]
    author: Mapped[str]
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]


class Watch(Base):
    """A member follows a subject. seen_at: up to when its news was read."""

    __tablename__ = "watch"

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(sa.ForeignKey("project.id"))
    since: Mapped[datetime]
    seen_at: Mapped[datetime]
