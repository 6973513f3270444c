"""Models compared on the same rows and folds."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from db.queries.changes import changes_between
from db.queries.versions import Versions, version_history
from db.session import reading
from mms.api.access import CurrentMember
from mms.api.answers import answer
from mms.api.limits import Id
from mms.domain.comparison import conclusion, ids_of, standings_words
from mms.domain.versions import history_words
from mms.domain.worth import verdict
from mms.settings import settings
from mms.usecases.comparisons import compared, standings

router = APIRouter(tags=["comparisons"])


class Of(BaseModel):
    """Which class against the rest, whether versions of other snapshots count, on the rows that all share, and up to
    which version.
    """

    model_config = ConfigDict(extra="forbid")
    class_name: str | None = Field(None, alias="class")
    everywhere: bool = False
    until: Id | None = None


@router.get("/comparisons")
def comparison(models: str, member: CurrentMember) -> Response:
    """Every model against every worse one; `models`: ids, with commas. Refused where their rows or folds differ."""
    with reading() as session:
        found = compared(session, member, ids_of(models))
    return answer({"comparison": found, "words": f"{conclusion(found)}: {verdict(found)}"})


@router.get("/comparisons/changes")
def between(model: Id, other: Id, member: CurrentMember) -> Response:
    """What changed from one model to another of its project: rows, columns, folds, triple, environment, run."""
    with reading() as session:
        found = changes_between(session, member, settings().cache, model, other)
    return answer({"changes": found, "words": found.words})


@router.get("/models/{model_id}/versions")
def versions(model_id: Id, of: Annotated[Of, Query()], member: CurrentMember) -> Response:
    """Both kinds of errors of the versions of the model's snapshot and scope, on the same rows, in their order."""
    asked = Versions(model_id, of.class_name, of.everywhere, of.until)
    with reading() as session:
        found = version_history(session, member, settings().cache, asked)
    return answer({"history": found, "words": history_words(found)})


@router.get("/runs/{run_id}/standings")
def of_run(run_id: Id, member: CurrentMember) -> Response:
    """A run's models against its best: band, simplest, adjusted tests, triples tried; null while there is no model."""
    with reading() as session:
        found = standings(session, member, run_id)
    return answer({"standings": found, "words": None if found is None else standings_words(found).replace("**", "")})
