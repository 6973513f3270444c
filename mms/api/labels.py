"""Labels that are late: rows drawn, asked for one by one, answered; and what the random ones tell of the score."""

from datetime import UTC, date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict

from db.queries.label_requests import label_draws
from db.queries.projects import get_project_named
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.feedback import Truth, truth_text
from mms.api.limits import Id
from mms.domain.label_requests import MOST, DrawDraft, Why
from mms.domain.promotions import GLOBAL
from mms.usecases.label_estimates import POINTS, LabelsWanted, label_estimate
from mms.usecases.label_requests import answer_label, draw_labels, skip_label, take_label, undo_label

router = APIRouter(tags=["labels"])


class DrawBody(BaseModel):
    """What to draw; without days the newest 30. since, until: from the first day (UTC) to before the second."""

    model_config = ConfigDict(extra="forbid")
    why: Why = Why.RANDOM
    scope: str = GLOBAL
    since: date | None = None
    until: date | None = None
    count: int = MOST

    @property
    def draft(self) -> DrawDraft:
        """As the use case takes it."""
        return DrawDraft(self.why, self.scope, _midnight(self.since), _midnight(self.until), self.count)


class AnswerBody(BaseModel):
    """What a person says of a row; null: they do not know."""

    model_config = ConfigDict(extra="forbid")
    truth: Truth | None


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)


@router.get("/projects/{project}/labels")
def labels(
    project: str,
    member: CurrentMember,
    metric: str | None = None,
    scope: str = GLOBAL,
    points: Annotated[float, Query(gt=0, le=50)] = POINTS,
) -> Response:
    """The draws, newest first, and the score by the scope's newest random one, with how many labels more it takes."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        wanted = LabelsWanted(metric or opened.primary_metric, scope, points)
        found = label_estimate(session, opened, wanted)
        return answer({"draws": label_draws(session, opened.id), "estimate": found})


@router.post("/projects/{project}/labels/draws", status_code=201)
def draw(project: str, body: DrawBody, member: CurrentMember, now: Now) -> Response:
    """Draw rows without a truth; a random draw takes the place of its scope's last one."""
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        return answer({"draw": draw_labels(session, member, opened.id, body.draft, now)}, 201)


@router.post("/projects/{project}/labels/next")
def take(project: str, member: CurrentMember, now: Now, why: Why = Why.RANDOM) -> Response:
    """The next row, kept for the member for ten minutes; null where none waits."""
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        return answer({"row": take_label(session, member, opened.id, why, now)})


@router.post("/projects/{project}/labels/undo")
def undo(project: str, member: CurrentMember, now: Now) -> Response:
    """Take the member's last answer back: its row is theirs again; what was said counts until it is answered anew."""
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        return answer({"row": undo_label(session, member, opened.id, now)})


@router.post("/projects/{project}/labels/{row}/answer")
def tell(project: str, row: Id, body: AnswerBody, member: CurrentMember, now: Now) -> Response:
    """Record a truth as feedback, or that nobody knows."""
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        truth = None if body.truth is None else truth_text(body.truth)
        answer_label(session, member, opened.id, row, truth, now)
        return answer({"row": row})


@router.post("/projects/{project}/labels/{row}/skip")
def skip(project: str, row: Id, member: CurrentMember, now: Now) -> Response:
    """Put a row behind the others."""
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        skip_label(session, member, opened.id, row, now)
        return answer({"row": row})
