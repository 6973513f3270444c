"""Saved views: listed and opened."""

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import SavedView as ViewRow
from mms.domain.errors import NotFound
from mms.domain.members import Member, Permission
from mms.domain.views import SavedView, ViewPage


def saved_views(session: Session, member: Member, project_id: int, page: ViewPage) -> list[SavedView]:
    """The member's own views of a page, then those that others share; each by name."""
    member.require(Permission.VIEW)
    own = ViewRow.owner == member.name
    stmt = (
        select(ViewRow)
        .where(ViewRow.project_id == project_id, ViewRow.page == page.value, sa.or_(own, ViewRow.is_shared))
        .order_by(own.desc(), ViewRow.name, ViewRow.owner)
    )
    return [view_of(row) for row in session.scalars(stmt)]


def seen_view(session: Session, member: Member, view_id: int) -> ViewRow:
    """The row of a view that the member may see, for use cases that change it."""
    row = session.get(ViewRow, view_id)
    if row is None or not (row.is_shared or row.owner == member.name):
        raise NotFound(f"There is no view {view_id}: it was deleted or is not shared; list the project's views.")
    return row


def view_of(row: ViewRow) -> SavedView:
    """The record of a row."""
    return SavedView(
        id=row.id,
        project_id=row.project_id,
        page=ViewPage(row.page),
        name=row.name,
        query=row.query,
        owner=row.owner,
        is_shared=row.is_shared,
        created_at=row.created_at,
    )
