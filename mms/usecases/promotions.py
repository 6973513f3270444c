"""Promote models, and undo it by a new promotion."""

from datetime import datetime

from sqlalchemy.orm import Session

from mms.domain.members import Member
from mms.domain.promotions import Seating


def promote(session: Session, member: Member, seating: Seating, now: datetime) -> int:
    """Seat a model as champion of a scope; return the promotion's id. Conflict when the verdict is against it."""
    raise NotImplementedError


def roll_back(session: Session, member: Member, project_id: int, now: datetime, *, scope: str, reason: str) -> int:
    """Seat the champion before the present one again: a new promotion, recorded as such."""
    raise NotImplementedError
