"""Who there is."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Member as MemberRow
from mms.domain.members import Member, Role


def find_member(session: Session, name: str) -> Member | None:
    """The member of this sign-in name."""
    row = session.scalar(select(MemberRow).where(MemberRow.name == name))
    return None if row is None else member_of(row)


def members(session: Session) -> list[Member]:
    """Everybody, by the name that people know."""
    return [member_of(row) for row in session.scalars(select(MemberRow).order_by(MemberRow.display_name))]


def member_of(row: MemberRow) -> Member:
    """The record of a row."""
    return Member(row.id, row.name, row.display_name, frozenset(Role(role) for role in row.roles))
