"""Inspections of a model: what they cost, validation curves for free, and models ranked anew on a slice."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict

from db.queries.projects import get_project_named
from db.queries.segments import get_segment_named
from db.session import reading
from mms.api.access import CurrentMember
from mms.api.answers import answer
from mms.api.diagnostics import Asked
from mms.api.limits import Id
from mms.api.models import OpenedModel
from mms.domain.comparison import ids_of
from mms.domain.slice_board import SliceAsked, rule_from_text
from mms.usecases.inspection import cost, free_curves
from mms.usecases.slice_board import slice_board

router = APIRouter(tags=["diagnostics"])


class Slice(BaseModel):
    """Which rows (a segment's name, or a rule as JSON) and which models (ids with commas, a run's or a snapshot's)."""

    model_config = ConfigDict(extra="forbid")
    segment: str | None = None
    rule: str = "[]"
    models: str = ""
    run: Id | None = None
    snapshot: Id | None = None
    metric: str | None = None


@router.get("/models/{model_id}/diagnostics/{kind}/cost")
def costs(question: Asked, member: CurrentMember) -> Response:
    """Fits, calls of fitted models and about how many seconds a check takes."""
    with reading() as session:
        return answer({"cost": cost(session, member, question)})


@router.get("/models/{model_id}/validation-curves")
def curves(model: OpenedModel, member: CurrentMember) -> Response:
    """By hyperparameter the fold scores (stored units) of models that differ from this one in it alone."""
    with reading() as session:
        found = free_curves(session, member, model.id)
    return answer({"curves": {name: points.to_dict("records") for name, points in found.items()}})


@router.get("/projects/{project}/slice")
def ranked(project: str, of: Annotated[Slice, Query()], member: CurrentMember) -> Response:
    """Models ranked on a part of the rows they were scored on."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        kept = None if of.segment is None else get_segment_named(session, opened.id, of.segment)
        conditions = rule_from_text(of.rule) if kept is None else kept.conditions
        ids = tuple(ids_of(of.models))
        asked = SliceAsked(opened.id, conditions, ids, of.run, of.snapshot, of.metric)
        return answer({"slice": slice_board(session, member, asked)})
