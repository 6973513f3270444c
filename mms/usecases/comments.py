"""Comments: written, edited, deleted; things watched and news read."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from db import models as tables
from db.queries.comments import comment_of, live_comment
from db.queries.projects import live_project
from db.queries.subjects import project_of_subject
from mms.domain.comments import Comment, checked_comment, require_author
from mms.domain.members import Member, Permission
from mms.domain.subjects import Subject


def write_comment(session: Session, member: Member, subject: Subject, text: str, now: datetime) -> Comment:
    """Say something about a thing; whoever may see it may. Text: Markdown."""
    member.require(Permission.VIEW)
    project = project_of_subject(session, member, subject)
    row = tables.Comment(
        project_id=project.id,
        subject=subject.kind.value,
        subject_id=subject.id,
        text=checked_comment(text),
        author=member.name,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return comment_of(row, member.display_name)


def edit_comment(session: Session, member: Member, comment_id: int, text: str, now: datetime) -> Comment:
    """Say it better; Forbidden for another's comment."""
    member.require(Permission.VIEW)
    row = _own(session, member, comment_id, "edit")
    row.text, row.edited_at = checked_comment(text), now
    session.flush()
    return comment_of(row, member.display_name)


def delete_comment(session: Session, member: Member, comment_id: int, now: datetime) -> None:
    """Put a comment in the bin; Forbidden for another's."""
    member.require(Permission.VIEW)
    _own(session, member, comment_id, "delete").deleted_at = now
    session.flush()


def watch(session: Session, member: Member, subject: Subject, now: datetime) -> None:
    """Follow a thing from now on; following it twice changes nothing."""
    member.require(Permission.VIEW)
    project = project_of_subject(session, member, subject)
    key = (member.id, subject.kind.value, subject.id)
    if session.get(tables.Watch, key) is None:
        noun = {"subject": subject.kind.value, "subject_id": subject.id}
        session.add(tables.Watch(member_id=member.id, project_id=project.id, since=now, seen_at=now, **noun))
        session.flush()


def unwatch(session: Session, member: Member, subject: Subject) -> None:
    """Follow it no longer, also where it was deleted meanwhile."""
    member.require(Permission.VIEW)
    row = session.get(tables.Watch, (member.id, subject.kind.value, subject.id))
    if row is not None:
        session.delete(row)
        session.flush()


def read_news(session: Session, member: Member, now: datetime) -> None:
    """What happened up to now on anything the member watches counts as read."""
    member.require(Permission.VIEW)
    session.execute(update(tables.Watch).where(tables.Watch.member_id == member.id).values(seen_at=now))


def _own(session: Session, member: Member, comment_id: int, verb: str) -> tables.Comment:
    row = live_comment(session, comment_id)
    live_project(session, row.project_id)
    require_author(member, row.author, verb)
    return row
