"""Triggers: made, edited, checked, fired."""

from datetime import datetime

from sqlalchemy.orm import Session

from mms.domain.members import Member
from mms.domain.triggers import TriggerChanges, TriggerDraft


def create_trigger(session: Session, member: Member, project_id: int, draft: TriggerDraft, now: datetime) -> int:
    """A new rule; return its id."""
    raise NotImplementedError


def edit_trigger(session: Session, member: Member, trigger_id: int, changes: TriggerChanges) -> None:
    """Change what is given."""
    raise NotImplementedError


def delete_trigger(session: Session, member: Member, trigger_id: int, now: datetime) -> None:
    """Put a rule in the bin; its firings stay."""
    raise NotImplementedError


def check_triggers(session: Session, member: Member, project_id: int, now: datetime) -> list[int]:
    """Read every trigger; each that fires keeps its evidence and launches a retraining. Returns the runs' ids.

    While a retraining of the project is unfinished, nothing fires.
    """
    raise NotImplementedError
