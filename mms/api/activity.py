"""What happened, and one search over everything."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from db.queries.activity import feed
from db.queries.finds import found
from db.queries.projects import get_project_named
from db.session import reading
from mms.api.access import CurrentMember
from mms.api.answers import answer
from mms.api.limits import LIST_ROWS
from mms.domain.activity import FeedQuery, Happening, place_of

router = APIRouter(tags=["activity"])


@router.get("/activity")
def activity(
    member: CurrentMember,
    project: str | None = None,
    what: Annotated[list[Happening] | None, Query()] = None,
    by: str | None = None,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=LIST_ROWS)] = 50,
) -> Response:
    """Who did what, newest first; ask with `after` for the next page."""
    with reading() as session:
        opened = None if project is None else get_project_named(session, member, project).id
        place = place_of(after) if after else None
        page = feed(session, member, FeedQuery(opened, tuple(what or ()), by, after=place, limit=limit))
    return answer({"events": page.events, "after": None if page.after is None else str(page.after)})


@router.get("/find")
def find(member: CurrentMember, q: str) -> Response:
    """Everything that bears a name, a version, a tag or a word, by kind, at most ten of each."""
    with reading() as session:
        return answer({"groups": found(session, member, q)})
