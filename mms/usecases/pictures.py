"""Yellowbrick pictures: what they are drawn from, and where they are kept. Drawing is the worker's."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mms.domain.members import Member
from mms.domain.pictures import Picture


def ask_for_pictures(session: Session, member: Member, model_id: int, now: datetime) -> int | None:
    """Queue the drawing of a model's pictures; None when it is already queued."""
    raise NotImplementedError


def store_picture(session: Session, picture: Picture, now: datetime) -> None:
    """Keep a drawing, or why there is none."""
    raise NotImplementedError


def picture_data(session: Session, model_id: int) -> dict[str, Any]:
    """What drawings need: keys task, classes, positive, oof (frame)."""
    raise NotImplementedError
