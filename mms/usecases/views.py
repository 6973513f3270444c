"""Saved views: saved under a name, shared, deleted."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.models import SavedView as ViewRow
from db.queries.projects import hold_project, live_project
from db.queries.views import seen_view, view_of
from mms.domain.errors import Conflict, Forbidden
from mms.domain.members import Member, Permission
from mms.domain.views import MOST_VIEWS, SavedView, ViewDraft, checked_view


def save_view(session: Session, member: Member, project_id: int, draft: ViewDraft, now: datetime) -> SavedView:
    """Save a view of one's own; one of the same name is replaced. Sharing it takes the right to train."""
    member.require(Permission.TRAIN if draft.is_shared else Permission.VIEW)
    checked = checked_view(draft)
    live_project(session, project_id)
    hold_project(session, project_id)
    own = (ViewRow.project_id == project_id, ViewRow.page == checked.page.value, ViewRow.owner == member.name)
    row = session.scalar(sa.select(ViewRow).where(*own, ViewRow.name == checked.name))
    if row is None:
        if (session.scalar(sa.select(sa.func.count()).where(*own)) or 0) >= MOST_VIEWS:
            raise Conflict(f"You keep {MOST_VIEWS} views of this page already: delete one of them first.")
        row = ViewRow(project_id=project_id, page=checked.page.value, owner=member.name, name=checked.name)
        session.add(row)
    row.query, row.is_shared, row.created_at = checked.query, checked.is_shared, now
    session.flush()
    return view_of(row)


def delete_view(session: Session, member: Member, view_id: int) -> None:
    """Delete a view of one's own; who manages the site may delete what others share."""
    member.require(Permission.VIEW)
    row = seen_view(session, member, view_id)
    if row.owner != member.name and not member.may(Permission.MANAGE):
        raise Forbidden(f"The view '{row.name}' belongs to {row.owner}: ask them, or an administrator, to delete it.")
    session.delete(row)
    session.flush()
