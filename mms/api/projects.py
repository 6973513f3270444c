"""Projects, and how well they are."""

from fastapi import APIRouter, Response

from db.queries import decay, jobs
from db.queries import projects as queries
from db.session import reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer

router = APIRouter(tags=["projects"])


@router.get("/projects")
def projects(member: CurrentMember, archived: bool = False) -> Response:
    """Live projects by name; archived ones too when asked for."""
    with reading() as session:
        return answer({"projects": queries.projects(session, member, archived=archived)})


@router.get("/projects/{project}")
def project(project: str, member: CurrentMember) -> Response:
    """One project by name or id."""
    with reading() as session:
        return answer({"project": queries.get_project_named(session, member, project)})


@router.get("/projects/{project}/jobs")
def unfinished(project: str, member: CurrentMember) -> Response:
    """What is queued or running for a project."""
    with reading() as session:
        opened = queries.get_project_named(session, member, project)
        return answer({"jobs": jobs.unfinished_jobs(session, opened.id)})


@router.get("/health")
def health(member: CurrentMember, now: Now) -> Response:
    """One row per live project: what is wrong, since when, and what to do; those that need somebody first."""
    with reading() as session:
        return answer({"health": decay.health(session, member, now)})
