"""Predictions: asked for, listed, deleted. Every answer is stored before it is given."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request as HttpRequest

from db.queries import predictions as queries
from db.queries.projects import get_project, get_project_named
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer, csv_file
from mms.api.limits import LIST_ROWS, PREDICTION_ROWS, Id, Moment
from mms.domain.predictions import Prediction, Request
from mms.usecases.predictions import delete_predictions, predict

router = APIRouter(tags=["predictions"])

Ids = Annotated[list[Id], Query(alias="id", min_length=1, max_length=PREDICTION_ROWS)]


class Row(BaseModel):
    """One question. Without features, those stored for the entity are looked up."""

    model_config = ConfigDict(extra="forbid")
    entity: dict[str, Any] = Field(description="values of the entity key, by column")
    features: dict[str, Any] | None = Field(None, description="columns of the base table; joined ones are looked up")
    at: Moment | None = Field(None, description="the moment of the question; default: now")


class Rows(BaseModel):
    """Questions that are answered together: all or none."""

    model_config = ConfigDict(extra="forbid")
    rows: list[Row] = Field(min_length=1, max_length=PREDICTION_ROWS)


def _shown(prediction: Prediction) -> dict[str, Any]:
    """What an application needs; the features it sent are not sent back."""
    said = prediction.answer
    return {
        "id": prediction.id,
        "entity": prediction.entity,
        "label": said.label,
        "value": said.value,
        "score": said.score,
        "probabilities": said.probabilities,
        "model": prediction.model_id,
        "version": prediction.model_version,
        "scope": prediction.scope,
        "predicted_at": prediction.predicted_at,
    }


@router.post("/projects/{project}/predictions", status_code=201)
def ask(project: str, body: Rows, member: CurrentMember, now: Now) -> Response:
    """Ask the champion about one row or many."""
    requests = [Request(row.entity, row.features, row.at) for row in body.rows]
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        answers = predict(session, member, opened.id, requests, opened.present(now))
        return answer({"predictions": [_shown(prediction) for prediction in answers]}, 201)


@router.get("/projects/{project}/predictions/by-entity")
def ask_for_entity(project: str, request: HttpRequest, member: CurrentMember, now: Now) -> Response:
    """Ask the champion about a stored entity, its key given as query parameters (?date=...&carrier=...)."""
    entity = dict(request.query_params)
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        (prediction,) = predict(session, member, opened.id, [Request(entity)], opened.present(now))
        return answer({"prediction": _shown(prediction)})


@router.get("/projects/{project}/predictions")
def listed(
    project: str,
    member: CurrentMember,
    entity: Annotated[str | None, Query(max_length=500)] = None,
    labelled: bool | None = None,
    limit: Annotated[int, Query(ge=1, le=LIST_ROWS)] = 100,
) -> Response:
    """Stored predictions, newest first."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        found = queries.predictions(session, opened.id, entity=entity, labelled=labelled, limit=limit)
        return answer({"predictions": found})


@router.get("/projects/{project}/predictions.csv")
def as_csv(project: str, member: CurrentMember) -> Response:
    """Stored predictions as a file, newest first."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        return csv_file(queries.predictions_frame(session, opened.id), f"predictions-{opened.id}.csv")


@router.get("/predictions/{prediction_id}")
def one(prediction_id: Id, member: CurrentMember) -> Response:
    """One stored prediction with its features and, once known, its truth."""
    with reading() as session:
        prediction = queries.get_prediction(session, prediction_id)
        get_project(session, member, prediction.project_id)
        return answer({"prediction": prediction})


@router.delete("/projects/{project}/predictions")
def delete(project: str, ids: Ids, member: CurrentMember) -> Response:
    """Delete predictions by id (?id=1&id=2): all or none."""
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        return answer({"deleted": delete_predictions(session, member, opened.id, ids)})
