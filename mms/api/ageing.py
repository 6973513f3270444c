"""How models end: what the rules would do, doing it now, and undoing a retirement."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from db.queries.ageing import ageing
from db.queries.models import get_model
from db.queries.projects import get_project, get_project_named
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import Id
from mms.domain.ageing import AgeingRules
from mms.usecases.ageing import age_models, restore_model

router = APIRouter(tags=["models"])

Days = Annotated[int | None, Query(ge=1, le=36_500)]


@router.get("/projects/{project}/ageing")
def preview(
    project: str,
    member: CurrentMember,
    now: Now,
    unused_days: Days = None,
    beaten_days: Days = None,
    purge_days: Days = None,
) -> Response:
    """Whom the project's rules, or those asked for, would retire or purge today, and why; and who is retired."""
    asked = AgeingRules(unused_days, beaten_days, purge_days)
    with reading() as session:
        opened = get_project_named(session, member, project)
        page = ageing(session, member, opened.id, now, None if asked == AgeingRules() else asked)
    return answer({"ageing": page})


@router.post("/projects/{project}/ageing")
def age(project: str, member: CurrentMember, now: Now) -> Response:
    """Do now what the nightly job does by the project's rules."""
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        return answer({"aged": age_models(session, member, opened.id, now)})


@router.post("/models/{model_id}/restore")
def restore(model_id: Id, member: CurrentMember, now: Now) -> Response:
    """Undo a retirement."""
    with acknowledged() as session:
        get_project(session, member, get_model(session, model_id).ranked.project_id)
        restore_model(session, member, model_id, now)
        return answer({"model": model_id})
