"""Models compared on the same rows and folds."""

from fastapi import APIRouter, Response

from db.session import reading
from mms.api.access import CurrentMember
from mms.api.answers import answer
from mms.api.limits import Id
from mms.domain.comparison import conclusion, ids_of, standings_words
from mms.domain.worth import verdict
from mms.usecases.comparisons import compared, standings

router = APIRouter(tags=["comparisons"])


@router.get("/comparisons")
def comparison(models: str, member: CurrentMember) -> Response:
    """Every model against every worse one; `models`: ids, with commas. Refused where their rows or folds differ."""
    with reading() as session:
        found = compared(session, member, ids_of(models))
    return answer({"comparison": found, "words": f"{conclusion(found)}: {verdict(found)}"})


@router.get("/runs/{run_id}/standings")
def of_run(run_id: Id, member: CurrentMember) -> Response:
    """A run's models against its best: band, simplest, adjusted tests, triples tried; null while there is no model."""
    with reading() as session:
        found = standings(session, member, run_id)
    return answer({"standings": found, "words": None if found is None else standings_words(found).replace("**", "")})
