"""Drift: inputs and answers of a model against what it learnt from."""

from datetime import UTC, date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from db.queries.drift import drift_of, watched_model
from db.queries.projects import get_project_named
from db.session import reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.domain.decay import Grain
from mms.domain.drift import DriftView

router = APIRouter(tags=["decay"])


def _view(since: date | None = None, until: date | None = None, grain: Grain = Grain.WEEK) -> DriftView:
    """since, until: from the first day (UTC) to before the second; default the newest 30."""
    return DriftView(_midnight(since), _midnight(until), grain)


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)


@router.get("/projects/{project}/drift")
def drift(
    project: str,
    member: CurrentMember,
    now: Now,
    view: Annotated[DriftView, Depends(_view)],
    version: int | None = None,
) -> Response:
    """Every feature of a model with its distances, limits and verdict, those that drifted and weigh most first.

    version: of the model; default the global champion. since, until: from the first day (UTC) to before the second;
    default the newest 30.
    """
    with reading() as session:
        opened = get_project_named(session, member, project)
        model_id = watched_model(session, opened, version)
        return answer({"drift": drift_of(session, opened, model_id, view, now)})
