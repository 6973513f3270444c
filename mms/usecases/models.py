"""Models: described, archived, deleted, loaded to answer."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mms.domain.members import Member
from mms.domain.models import Model


def describe_model(session: Session, member: Member, model_id: int, description: str, now: datetime) -> None:
    """Write a model's description."""
    raise NotImplementedError


def set_threshold(session: Session, member: Member, model_id: int, threshold: float, now: datetime) -> None:
    """The decision threshold of a binary model, 0 to 1; Conflict for a champion (its answers would change silently)."""
    raise NotImplementedError


def archive_models(session: Session, member: Member, model_ids: list[int], now: datetime) -> int:
    """Hide models from the table; never a champion."""
    raise NotImplementedError


def load_model(session: Session, model_id: int) -> tuple[Model, Any]:
    """The record and its fitted pipeline: signature checked before unpickling, cached in the process by hash."""
    raise NotImplementedError
