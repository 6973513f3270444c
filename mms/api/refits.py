"""New versions of a model: refitted on all rows, updated with what became known since."""

from fastapi import APIRouter, Response

from db.queries.models import get_model
from db.queries.projects import get_project
from db.session import acknowledged
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import Id
from mms.usecases.refits import refit_model, update_model

router = APIRouter(tags=["models"])


@router.post("/models/{model_id}/refits", status_code=201)
def refit(model_id: Id, member: CurrentMember, now: Now) -> Response:
    """Queue one fit of a promoted model's triple on all rows, those of the hold-out too."""
    with acknowledged() as session:
        get_project(session, member, get_model(session, model_id).ranked.project_id)
        return answer({"run": refit_model(session, member, model_id, now)}, 201)


@router.post("/models/{model_id}/updates", status_code=201)
def update(model_id: Id, member: CurrentMember, now: Now) -> Response:
    """Queue a run that goes on where the model stopped, by partial_fit on the rows labelled since."""
    with acknowledged() as session:
        get_project(session, member, get_model(session, model_id).ranked.project_id)
        return answer({"run": update_model(session, member, model_id, now)}, 201)
