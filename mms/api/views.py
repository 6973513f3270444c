"""Saved views: listed, saved, deleted."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from db.queries.projects import get_project, get_project_named
from db.queries.views import saved_views, seen_view
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import Id
from mms.domain.views import ViewDraft, ViewPage
from mms.usecases.views import delete_view, save_view

router = APIRouter(tags=["views"])


class View(BaseModel):
    """A view to save: the part of the page's address after its question mark."""

    model_config = ConfigDict(extra="forbid")
    name: str
    query: str
    page: ViewPage = ViewPage.MODELS
    shared: bool = False


@router.get("/projects/{project}/views")
def listed(project: str, member: CurrentMember, page: ViewPage = ViewPage.MODELS) -> Response:
    """One's own views of a page, then those that others share."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        return answer({"views": saved_views(session, member, opened.id, page)})


@router.post("/projects/{project}/views", status_code=201)
def save(project: str, body: View, member: CurrentMember, now: Now) -> Response:
    """Save a view; one's own of the same name is replaced."""
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        draft = ViewDraft(body.page, body.name, body.query, body.shared)
        return answer({"view": save_view(session, member, opened.id, draft, now)}, 201)


@router.delete("/views/{view_id}")
def delete(view_id: Id, member: CurrentMember) -> Response:
    """Delete a view."""
    with acknowledged() as session:
        get_project(session, member, seen_view(session, member, view_id).project_id)
        delete_view(session, member, view_id)
        return answer({"view": view_id})
