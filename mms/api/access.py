"""Who asks, and when: the dependencies that every route goes through."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from db.queries.members import find_member
from db.session import reading
from mms.domain.errors import Forbidden
from mms.domain.members import Member, Permission
from mms.security.gate import MEMBER_HEADER


def current_member(request: Request) -> Member:
    """The member whom the gate named; Forbidden without one. Every route depends on it: reading needs it too."""
    name = request.headers.get(MEMBER_HEADER)
    if name is None:
        raise Forbidden("Nobody is signed in: reach this server through its gate, not around it.")
    with reading() as session:
        member = find_member(session, name)
    if member is None:
        raise Forbidden("This member is not known here: ask an administrator for access.")
    member.require(Permission.VIEW)
    return member


def clock() -> datetime:
    """The real time; a project's own present is `project.present(now)`."""
    return datetime.now(UTC)


CurrentMember = Annotated[Member, Depends(current_member)]
Now = Annotated[datetime, Depends(clock)]
