"""Decay: the numbers behind the chart."""

from fastapi import APIRouter, Response

from db.queries.decay import decay_page
from db.queries.projects import get_project_named
from db.session import reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.domain.promotions import GLOBAL
from mms.domain.scores import metric_named

router = APIRouter(tags=["decay"])


@router.get("/projects/{project}/decay")
def decay(project: str, member: CurrentMember, now: Now, metric: str | None = None, scope: str = GLOBAL) -> Response:
    """A metric by month for every model that answered, the champion on its newest rows as the line, what it says."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        chosen = metric_named(metric or opened.primary_metric, opened.task)
        return answer({"decay": decay_page(session, opened, chosen.name, opened.present(now), scope)})
