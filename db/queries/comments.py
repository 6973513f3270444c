"""Comments on a thing, and what a member watches."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Comment as CommentRow
from db.models import Member as MemberRow
from db.models import Watch as WatchRow
from db.queries.subjects import project_of_subject
from mms.domain.comments import Comment, Watch
from mms.domain.errors import NotFound
from mms.domain.members import Member
from mms.domain.subjects import Subject, SubjectKind


def comments(session: Session, member: Member, subject: Subject, limit: int = 200) -> list[Comment]:
    """The newest ones on a thing, oldest of them first."""
    project = project_of_subject(session, member, subject)
    row, signed = CommentRow, func.coalesce(MemberRow.display_name, CommentRow.author)
    stmt = (
        select(row, signed)
        .outerjoin(MemberRow, MemberRow.name == row.author)
        .where(row.project_id == project.id, row.subject == subject.kind.value, row.subject_id == subject.id)
        .where(row.deleted_at.is_(None))
        .order_by(row.id.desc())
        .limit(limit)
    )
    return [comment_of(found, name) for found, name in session.execute(stmt)][::-1]


def live_comment(session: Session, comment_id: int) -> CommentRow:
    """The row of a live comment, for use cases that change it."""
    row = session.get(CommentRow, comment_id)
    if row is None or row.deleted_at is not None:
        raise NotFound(f"There is no comment {comment_id}: it was deleted or never written.")
    return row


def comment_of(row: CommentRow, signed: str) -> Comment:
    """The record of a row. signed: the author's name as people know it."""
    return Comment(
        id=row.id,
        project_id=row.project_id,
        subject=Subject(SubjectKind(row.subject), row.subject_id),
        text=row.text,
        author=row.author,
        signed=signed,
        created_at=row.created_at,
        edited_at=row.edited_at,
    )


def watches(session: Session, member: Member) -> list[Watch]:
    """What a member watches, first what was watched first."""
    stmt = select(WatchRow).where(WatchRow.member_id == member.id).order_by(WatchRow.since, WatchRow.subject_id)
    return [watch_of(row) for row in session.scalars(stmt)]


def find_watch(session: Session, member: Member, subject: Subject) -> Watch | None:
    """Whether, and since when, a member watches a thing."""
    row = session.get(WatchRow, (member.id, subject.kind.value, subject.id))
    return None if row is None else watch_of(row)


def watch_of(row: WatchRow) -> Watch:
    """The record of a row."""
    return Watch(Subject(SubjectKind(row.subject), row.subject_id), row.project_id, row.since, row.seen_at)
