"""Projects: made, edited, archived, deleted."""

from datetime import datetime

from sqlalchemy.orm import Session

from mms.domain.members import Member
from mms.domain.projects import Project, ProjectChanges, ProjectDraft


def create_project(session: Session, member: Member, draft: ProjectDraft, now: datetime) -> Project:
    """A new project; Conflict when a live one bears the name."""
    raise NotImplementedError


def edit_project(session: Session, member: Member, project_id: int, changes: ProjectChanges) -> Project:
    """Change what is given."""
    raise NotImplementedError


def set_clock(session: Session, member: Member, project_id: int, clock: datetime) -> None:
    """Move a replaying project's present."""
    raise NotImplementedError


def archive_project(session: Session, member: Member, project_id: int, now: datetime) -> None:
    """Hide it from the lists; unarchive brings it back."""
    raise NotImplementedError


def unarchive_project(session: Session, member: Member, project_id: int) -> None:
    """Bring an archived project back."""
    raise NotImplementedError


def delete_project(session: Session, member: Member, project_id: int, now: datetime) -> None:
    """Put it in the bin: its name is free at once, its jobs are cancelled, its physical tables dropped."""
    raise NotImplementedError
