"""Members: the local administrator of a first start, and display names."""

from datetime import datetime

from sqlalchemy.orm import Session

from mms.domain.members import Member

LOCAL_ADMIN = "local"
"""Sign-in name of the member who owns an installation without sign-in."""


def ensure_local_admin(session: Session, now: datetime) -> Member:
    """The local administrator, made at first start with the operating system's user name as display name."""
    raise NotImplementedError


def rename_member(session: Session, member: Member, display_name: str) -> Member:
    """Change how the member signs."""
    raise NotImplementedError
