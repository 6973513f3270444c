"""Feedback: the later truth about predictions."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from db.queries.projects import get_project_named
from db.session import acknowledged
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import FEEDBACK_ROWS, Id, Moment
from mms.domain.predictions import Feedback
from mms.usecases.feedback import record_feedback

router = APIRouter(tags=["feedback"])

Truth = StrictBool | StrictInt | StrictFloat | Annotated[StrictStr, Field(min_length=1, max_length=200)]


class Said(BaseModel):
    """The truth about one prediction."""

    model_config = ConfigDict(extra="forbid")
    prediction_id: Id
    truth: Truth = Field(description="a class label, or a number in a regression project")
    known_at: Moment | None = Field(None, description="when it became known; default: now")


class Truths(BaseModel):
    """Truths that are recorded together: all or none."""

    model_config = ConfigDict(extra="forbid")
    rows: list[Said] = Field(min_length=1, max_length=FEEDBACK_ROWS)


def truth_text(truth: bool | int | float | str) -> str:
    """Labels are text everywhere: true is 'true'."""
    return str(truth).lower() if isinstance(truth, bool) else str(truth)


@router.post("/projects/{project}/feedback")
@router.put("/projects/{project}/feedback")
def record(project: str, body: Truths, member: CurrentMember, now: Now) -> Response:
    """Record truths (POST), or correct those recorded before (PUT); the newest one counts either way."""
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        present = opened.present(now)
        truths = [Feedback(row.prediction_id, truth_text(row.truth), row.known_at or present) for row in body.rows]
        return answer({"recorded": record_feedback(session, member, opened.id, truths, present)})
