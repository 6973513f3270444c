"""Models compared on the same rows and folds."""

from fastapi import APIRouter, Response

from db.session import reading
from mms.api.access import CurrentMember
from mms.api.answers import answer
from mms.domain.comparison import conclusion, evidence, ids_of
from mms.usecases.comparisons import compared

router = APIRouter(tags=["comparisons"])


@router.get("/comparisons")
def comparison(models: str, member: CurrentMember) -> Response:
    """Every model against every worse one; `models`: ids, with commas. Refused where their rows or folds differ."""
    with reading() as session:
        found = compared(session, member, ids_of(models))
    return answer({"comparison": found, "words": f"{conclusion(found)}: {evidence(found)}"})
