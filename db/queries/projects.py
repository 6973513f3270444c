"""Projects: listed and opened."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Project as ProjectRow
from mms.domain.errors import NotFound
from mms.domain.members import Member, Permission
from mms.domain.projects import Project, Task, policy_from_json


def projects(session: Session, member: Member, *, archived: bool = False) -> list[Project]:
    """Live projects by name; archived ones only when asked for."""
    member.require(Permission.VIEW)
    stmt = select(ProjectRow).where(ProjectRow.deleted_at.is_(None)).order_by(ProjectRow.name)
    if not archived:
        stmt = stmt.where(ProjectRow.archived_at.is_(None))
    return [project_of(row) for row in session.scalars(stmt)]


def is_new(session: Session) -> bool:
    """Whether no project was ever made in this store: one that was deleted counts."""
    return session.scalar(select(ProjectRow.id).limit(1)) is None


def get_project(session: Session, member: Member, project_id: int) -> Project:
    """The live project of this id."""
    member.require(Permission.VIEW)
    return project_of(live_project(session, project_id))


def get_project_named(session: Session, member: Member, name: str) -> Project:
    """The live project of this name, or of this id in digits."""
    member.require(Permission.VIEW)
    row = session.scalar(select(ProjectRow).where(ProjectRow.name == name, ProjectRow.deleted_at.is_(None)))
    if row is not None:
        return project_of(row)
    if name.isascii() and name.isdigit() and len(name) < 19:
        return get_project(session, member, int(name))
    raise NotFound(f"There is no project '{name}': list the projects and choose one of them.")


def live_project(session: Session, project_id: int) -> ProjectRow:
    """The row of a live project, for use cases that change it."""
    row = session.get(ProjectRow, project_id)
    if row is None or row.deleted_at is not None:
        raise NotFound(f"There is no project {project_id}: it was deleted or never made; list the projects.")
    return row


def hold_project(session: Session, project_id: int) -> None:
    """Decide about a project one after the other: promotions, retrainings, archivings. Predictions go on meanwhile."""
    session.execute(select(ProjectRow.id).where(ProjectRow.id == project_id).with_for_update(key_share=True))


def project_of(row: ProjectRow) -> Project:
    """The record of a row."""
    return Project(
        id=row.id,
        name=row.name,
        description=row.description,
        task=Task(row.task),
        primary_metric=row.primary_metric,
        positive_class=row.positive_class,
        policy=policy_from_json(row.policy),
        owner=row.owner,
        created_at=row.created_at,
        archived_at=row.archived_at,
        clock=row.clock,
        is_demo=row.is_demo,
    )
