"""Members: the local administrator of a first start, and display names."""

import getpass
from datetime import datetime

from sqlalchemy.orm import Session

from db.models import Member as MemberRow
from db.queries.members import find_member, member_of
from mms.domain.errors import NotFound
from mms.domain.members import LOCAL_MEMBER, Member, Role
from mms.domain.projects import checked_name


def ensure_local_admin(session: Session, now: datetime) -> Member:
    """The local administrator, made at first start with the operating system's user name as display name."""
    found = find_member(session, LOCAL_MEMBER)
    if found is not None:
        return found
    row = MemberRow(name=LOCAL_MEMBER, display_name=_system_user(), roles=[Role.ADMIN.value], created_at=now)
    session.add(row)
    session.flush()
    return member_of(row)


def rename_member(session: Session, member: Member, display_name: str) -> Member:
    """Change how the member signs. Everybody may name themselves, so no permission is asked for."""
    name = checked_name(display_name, "member")
    row = session.get(MemberRow, member.id)
    if row is None:
        raise NotFound(f"{member.display_name} is no member any more: sign in again.")
    row.display_name = name
    session.flush()
    return member_of(row)


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user may have no name
        return "administrator"
