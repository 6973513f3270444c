"""Who there is."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Member as MemberRow
from mms.domain.errors import NotFound
from mms.domain.members import Member, Role


def get_member(session: Session, member_id: int) -> Member:
    """The member of this id."""
    row = session.get(MemberRow, member_id)
    if row is None:
        raise NotFound(f"There is no member {member_id}: look the members up on the admin page.")
    return member_of(row)


def find_member(session: Session, name: str) -> Member | None:
    """The member of this sign-in name."""
    row = session.scalar(select(MemberRow).where(MemberRow.name == name))
    return None if row is None else member_of(row)


def member_of(row: MemberRow) -> Member:
    """The record of a row."""
    return Member(row.id, row.name, row.display_name, frozenset(Role(role) for role in row.roles))
