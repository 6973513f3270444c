"""The weekly report, and projects that are left alone for a while."""

from datetime import timedelta

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from db.queries.health import health_of_project
from db.queries.projects import get_project_named
from db.queries.weekly import week
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer, attachment
from mms.domain.snoozes import LONGEST
from mms.reports.html import to_html
from mms.reports.pdf import to_pdf
from mms.reports.weekly import weekly_paper
from mms.usecases.snoozes import snooze_project, wake_project

router = APIRouter(tags=["health"])


class Rest(BaseModel):
    """How long a warning waits, and why it can."""

    model_config = ConfigDict(extra="forbid")
    days: float = Field(gt=0, le=LONGEST.days)
    reason: str = Field(max_length=1000)


@router.get("/weekly")
def facts(member: CurrentMember, now: Now) -> Response:
    """How every project is, and what happened in its last seven days."""
    with reading() as session:
        return answer({"weeks": week(session, member, now)})


@router.get("/weekly.html")
def page(member: CurrentMember, now: Now) -> Response:
    """The same as one HTML file: no script, no request."""
    with reading() as session:
        return HTMLResponse(to_html(weekly_paper(week(session, member, now), now)))


@router.get("/weekly.pdf")
def pdf(member: CurrentMember, now: Now) -> Response:
    """The same as PDF."""
    with reading() as session:
        paper = weekly_paper(week(session, member, now), now)
    return attachment([to_pdf(paper)], f"models-week-to-{now:%Y-%m-%d}.pdf", "application/pdf")


@router.put("/projects/{project}/snooze")
def snooze(project: str, body: Rest, member: CurrentMember, now: Now) -> Response:
    """Leave what is wrong with a project alone for some days, or until it gets worse."""
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        until = now + timedelta(days=body.days)
        snooze_project(session, member, opened.id, until=until, reason=body.reason, now=now)
        return answer({"snooze": health_of_project(session, member, opened.id, now).snooze})


@router.delete("/projects/{project}/snooze")
def wake(project: str, member: CurrentMember) -> Response:
    """End a project's snooze before its time."""
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        wake_project(session, member, opened.id)
    return answer({"project": opened.id})
