"""The card of a model: its facts, and as a paper to print."""

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from db.queries.cards import model_card
from db.session import reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer, attachment
from mms.api.limits import Id
from mms.reports.html import to_html
from mms.reports.model_card import card_paper
from mms.reports.pdf import to_pdf

router = APIRouter(prefix="/models/{model_id}", tags=["models"])


@router.get("/card")
def facts(model_id: Id, member: CurrentMember, now: Now) -> Response:
    """Everything that is known of a model."""
    with reading() as session:
        return answer({"card": model_card(session, member, model_id, now)})


@router.get("/card.html")
def page(model_id: Id, member: CurrentMember, now: Now) -> Response:
    """The card as one HTML file: no script, no request, to read and to print."""
    with reading() as session:
        card = model_card(session, member, model_id, now)
    return HTMLResponse(to_html(card_paper(card)))


@router.get("/card.pdf")
def pdf(model_id: Id, member: CurrentMember, now: Now) -> Response:
    """The card as PDF."""
    with reading() as session:
        card = model_card(session, member, model_id, now)
    return attachment([to_pdf(card_paper(card))], f"model-{card.model.id}-card.pdf", "application/pdf")
