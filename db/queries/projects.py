"""Projects: listed and opened."""

from sqlalchemy.orm import Session

from mms.domain.members import Member
from mms.domain.projects import Project


def projects(session: Session, member: Member, *, archived: bool = False) -> list[Project]:
    """Live projects by name; archived ones only when asked for."""
    raise NotImplementedError


def get_project(session: Session, member: Member, project_id: int) -> Project:
    """The live project of this id."""
    raise NotImplementedError


def get_project_named(session: Session, member: Member, name: str) -> Project:
    """The live project of this name, or of this id in digits."""
    raise NotImplementedError
