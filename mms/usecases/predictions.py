"""Ask the champion; every answer is stored before it is given."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from mms.domain.members import Member
from mms.domain.predictions import Prediction, Request


def predict(
    session: Session,
    member: Member,
    project_id: int,
    requests: Sequence[Request],
    now: datetime,
    *,
    source: str = "rest",
) -> list[Prediction]:
    """Answer with the champion of the most special scope that contains each row (user, group, global).

    A request with features gives base columns (joined columns are looked up as of its time, unless given as
    `table.column`); one without is looked up by its entity in the base table. All are answered or none.
    """
    raise NotImplementedError


def warm_champions(session: Session) -> int:
    """Load every champion before the first request; return how many."""
    raise NotImplementedError


def delete_predictions(session: Session, member: Member, project_id: int, prediction_ids: Sequence[int]) -> int:
    """Delete stored answers, in their buckets too. NotFound names the first unknown one; then none goes."""
    raise NotImplementedError
