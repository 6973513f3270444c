"""Ask any model about made-up values; nothing is stored."""

from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from db.session import reading
from mms.api.access import CurrentMember
from mms.api.answers import answer
from mms.api.limits import Id
from mms.usecases.what_if import what_if

router = APIRouter(tags=["models"])


class Values(BaseModel):
    """One row: every input of the model by name, null where it is not known."""

    model_config = ConfigDict(extra="forbid")
    values: dict[str, Any]


@router.post("/models/{model_id}/what-if")
def asked(model_id: Id, body: Values, member: CurrentMember) -> Response:
    """The answer, what each feature did to it, and the nearest training rows."""
    with reading() as session:
        return answer({"what_if": what_if(session, member, model_id, body.values)})
