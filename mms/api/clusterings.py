"""Clusterings: the structure of a snapshot, asked for and read."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from db.queries import clusterings as queries
from db.queries.projects import get_project
from db.queries.snapshots import get_snapshot
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import Id
from mms.domain.clusterings import Clusterer, ClusteringDraft
from mms.usecases.clusterings import ask_clustering

router = APIRouter(tags=["clusterings"])


class Ask(BaseModel):
    """A clustering to compute; parameters depend on the clusterer."""

    model_config = ConfigDict(extra="forbid")
    clusterer: Clusterer = Clusterer.K_MEANS
    parameters: dict[str, int | None] = {}


@router.get("/snapshots/{snapshot_id}/clusterings")
def listed(snapshot_id: Id, member: CurrentMember) -> Response:
    """What was asked for, newest first, each with its structure once it is found."""
    with reading() as session:
        get_project(session, member, get_snapshot(session, snapshot_id).project_id)
        return answer({"clusterings": queries.clusterings(session, snapshot_id)})


@router.post("/snapshots/{snapshot_id}/clusterings", status_code=202)
def ask(snapshot_id: Id, body: Ask, member: CurrentMember, now: Now) -> Response:
    """Queue a clustering; the same one again answers with the one that is there."""
    with acknowledged() as session:
        get_project(session, member, get_snapshot(session, snapshot_id).project_id)
        draft = ClusteringDraft(body.clusterer, body.parameters)
        return answer({"clustering": ask_clustering(session, member, snapshot_id, draft, now)}, 202)
