"""Logs of models served elsewhere: looked at, taken in."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from db.queries.projects import get_project_named
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.files import FILE_BODY, SentFile
from mms.api.limits import Moment
from mms.domain.errors import Invalid
from mms.domain.logs import LogColumns, LogRequest
from mms.usecases.logs import import_log, preview_log

router = APIRouter(prefix="/projects/{project}/log", tags=["models served elsewhere"])


class Asked(BaseModel):
    """Which column says what; without a name the usual ones are looked for."""

    model_config = ConfigDict(extra="forbid")
    time: str | None = Field(None, description="when each answer was given")
    entity: str | None = Field(None, description="whom or what it was asked about")
    model: str | None = Field(None, description="which model answered")
    label: str | None = Field(None, description="the class that was answered")
    value: str | None = Field(None, description="the number that was answered")
    score: str | None = Field(None, description="the probability of the positive class")
    truth: str | None = Field(None, description="what was true")
    truth_time: str | None = Field(None, description="when that became known")
    probability: list[str] = Field([], description="CLASS=COLUMN")
    model_name: str | None = Field(None, description="what the model is called, where no column says it")
    reference_until: Moment | None = Field(None, description="later answers are held against those before")

    def request(self, file: Path) -> LogRequest:
        """What the use case takes."""
        roles = ("time", "entity", "model", "label", "value", "score", "truth", "truth_time")
        named = {role: getattr(self, role) for role in roles}
        columns = LogColumns(**named, probabilities=tuple(_pair(text) for text in self.probability))
        return LogRequest(file, columns, self.model_name, self.reference_until)


def _pair(text: str) -> tuple[str, str]:
    name, sign, column = text.partition("=")
    if not (name and sign and column):
        raise Invalid(f"'{text}' is no probability: write CLASS=COLUMN.")
    return name, column


View = Annotated[Asked, Query()]


@router.post("", status_code=201, openapi_extra=FILE_BODY)
def take(project: str, asked: View, member: CurrentMember, now: Now, file: SentFile) -> Response:
    """Store past answers of models served elsewhere, from a CSV or Parquet file (the body): all of them or none."""
    with reading() as session:
        opened = get_project_named(session, member, project)
    return answer({"models": import_log(acknowledged, member, opened.id, asked.request(file), now)}, 201)


@router.post("/preview", openapi_extra=FILE_BODY)
def preview(project: str, asked: View, member: CurrentMember, now: Now, file: SentFile) -> Response:
    """What such a file would be taken for; nothing is stored."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        return answer({"preview": preview_log(session, member, opened.id, asked.request(file), now)})
