"""Why a champion's score fell."""

from fastapi import APIRouter, Response

from db.queries.projects import get_project_named
from db.session import reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import Moment
from mms.domain.promotions import GLOBAL
from mms.domain.why import Why
from mms.usecases.why import Question, why_it_fell

router = APIRouter(tags=["decay"])


@router.get("/projects/{project}/why")
def why(project: str, member: CurrentMember, now: Now, scope: str = GLOBAL, split_at: Moment | None = None) -> Response:
    """The change of the champion's mean error, split into mix shift and changed relation, with the groups of rows.

    split_at: what is before and what is since; default: the onset of decay, else the middle of its labelled answers.
    """
    with reading() as session:
        opened = get_project_named(session, member, project)
        asked = Question(scope, split_at=split_at)
        found = why_it_fell(session, member, opened, asked, opened.present(now))
        return answer({"why": found if isinstance(found, Why) else None, "sentence": found.sentence})
