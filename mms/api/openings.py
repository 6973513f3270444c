"""Hold-outs and how often they were opened."""

from fastapi import APIRouter, Response

from db.queries import openings as queries
from db.queries.models import get_model
from db.queries.projects import get_project
from db.queries.snapshots import get_snapshot
from db.session import reading
from mms.api.access import CurrentMember
from mms.api.answers import answer
from mms.api.limits import Id

router = APIRouter(tags=["snapshots"])


@router.get("/snapshots/{snapshot_id}/openings")
def openings(snapshot_id: Id, member: CurrentMember) -> Response:
    """Every look at a snapshot's hold-out, newest first."""
    with reading() as session:
        get_project(session, member, get_snapshot(session, snapshot_id).project_id)
        return answer({"openings": queries.openings(session, snapshot_id)})


@router.get("/models/{model_id}/holdout")
def holdout(model_id: Id, member: CurrentMember) -> Response:
    """How a model stands to its snapshot's hold-out: rows, openings, its own among them, what promoting it opens."""
    with reading() as session:
        get_project(session, member, get_model(session, model_id).ranked.project_id)
        view = queries.holdout_view(session, model_id)
        return answer({"holdout": view, "opens_at_promotion": view.opens})
