"""Who there is."""

from sqlalchemy.orm import Session

from mms.domain.members import Member


def get_member(session: Session, member_id: int) -> Member:
    """The member of this id."""
    raise NotImplementedError


def find_member(session: Session, name: str) -> Member | None:
    """The member of this sign-in name."""
    raise NotImplementedError
