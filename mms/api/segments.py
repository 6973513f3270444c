"""Segments: made, listed, deleted."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from db.queries import segments as queries
from db.queries.projects import get_project, get_project_named
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import Id
from mms.api.snapshots import Where
from mms.domain.segments import SegmentDraft
from mms.domain.tables import Condition
from mms.usecases.segments import create_segment, delete_segment

router = APIRouter(tags=["segments"])


class Rule(BaseModel):
    """A segment to make: rows for which all of these hold."""

    model_config = ConfigDict(extra="forbid")
    name: str
    where: list[Where]
    description: str = Field("", max_length=10_000)


@router.get("/projects/{project}/segments")
def listed(project: str, member: CurrentMember) -> Response:
    """Live segments by name."""
    with reading() as session:
        return answer({"segments": queries.segments(session, get_project_named(session, member, project).id)})


@router.post("/projects/{project}/segments", status_code=201)
def create(project: str, body: Rule, member: CurrentMember, now: Now) -> Response:
    """Make a segment."""
    conditions = tuple(Condition(one.column, one.operator, one.value) for one in body.where)
    draft = SegmentDraft(body.name, conditions, body.description)
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        return answer({"segment": create_segment(session, member, opened.id, draft, now)}, 201)


@router.delete("/segments/{segment_id}")
def delete(segment_id: Id, member: CurrentMember, now: Now) -> Response:
    """Put a segment in the bin."""
    with acknowledged() as session:
        get_project(session, member, queries.live_segment(session, segment_id).project_id)
        delete_segment(session, member, segment_id, now)
        return answer({"segment": segment_id})
