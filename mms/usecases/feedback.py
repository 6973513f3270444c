"""Feedback: the later truth about predictions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from mms.domain.members import Member
from mms.domain.predictions import Feedback


def record_feedback(
    session: Session, member: Member, project_id: int, feedback: Sequence[Feedback], now: datetime
) -> int:
    """Store truths, keep buckets in step, and grow the base table: features sent with a prediction become its row.

    NotFound names an unknown prediction; Invalid a truth that is no class (or no number), or a time before the
    prediction or after `now`. All are recorded or none.
    """
    raise NotImplementedError
