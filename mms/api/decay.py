"""Decay: the numbers behind the charts."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from db.queries.decay import DecayView, decay_page
from db.queries.decay_age import age_page
from db.queries.decay_segments import segments_page
from db.queries.projects import get_project_named
from db.session import reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import Moment
from mms.domain.decay import Grain
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.promotions import GLOBAL

router = APIRouter(tags=["decay"])


class Asked(BaseModel):
    """What the query says; without a metric the project's primary one is meant."""

    metric: str | None = None
    grain: Grain = Grain.MONTH
    scope: str = GLOBAL
    segment: str = ""
    since: Moment | None = None
    until: Moment | None = None
    by_days: bool = False
    previous: bool = False


View = Annotated[Asked, Query()]


def _opened(session: Session, member: Member, name: str, asked: Asked) -> tuple[Project, DecayView]:
    project = get_project_named(session, member, name)
    metric = asked.metric or project.primary_metric
    return project, DecayView(
        metric, asked.grain, asked.scope, asked.segment, asked.since, asked.until, asked.by_days, asked.previous
    )


@router.get("/projects/{project}/decay")
def decay(project: str, member: CurrentMember, now: Now, view: View) -> Response:
    """A metric by period for every model that answered, the champion on its newest rows as the line, what it says."""
    with reading() as session:
        opened, asked = _opened(session, member, project, view)
        return answer({"decay": decay_page(session, opened, asked, opened.present(now))})


@router.get("/projects/{project}/decay/ages")
def decay_ages(project: str, member: CurrentMember, now: Now, view: View) -> Response:
    """A metric by the age of each version, in steps of a day, 7 days or 30."""
    with reading() as session:
        opened, asked = _opened(session, member, project, view)
        return answer({"ages": age_page(session, opened, asked, opened.present(now))})


@router.get("/projects/{project}/decay/segments")
def decay_segments(project: str, member: CurrentMember, now: Now, view: View) -> Response:
    """The champion's metric in every named segment, and which of them fell."""
    with reading() as session:
        opened, asked = _opened(session, member, project, view)
        return answer({"segments": segments_page(session, opened, asked, opened.present(now))})
