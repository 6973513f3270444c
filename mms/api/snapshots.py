"""Snapshots: taken and listed."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from db.queries import snapshots as queries
from db.queries.projects import get_project, get_project_named
from db.session import reading
from mms.api.access import CurrentMember
from mms.api.answers import answer
from mms.domain.snapshots import Extent, Selection

router = APIRouter(tags=["snapshots"])


class Rows(BaseModel):
    """Which rows a snapshot takes."""

    model_config = ConfigDict(extra="forbid")
    extent: Extent = Extent.ALL
    amount: int | None = Field(None, ge=1, description="days or rows, where the extent counts")
    sample: int | None = Field(None, ge=1, description="rows of a seeded sample")
    seed: int = Field(0, ge=0, lt=2**31)

    @property
    def selection(self) -> Selection:
        """The domain's selection."""
        return Selection(self.extent, self.amount, (), self.sample, self.seed)


@router.get("/projects/{project}/snapshots")
def listed(project: str, member: CurrentMember) -> Response:
    """Live snapshots, newest first."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        return answer({"snapshots": queries.snapshots(session, opened.id)})


@router.get("/snapshots/{snapshot_id}")
def one(snapshot_id: int, member: CurrentMember) -> Response:
    """A snapshot with its schema, profile and fold plan."""
    with reading() as session:
        snapshot = queries.get_snapshot(session, snapshot_id)
        get_project(session, member, snapshot.project_id)
        return answer({"snapshot": snapshot})
