"""One model, and what can be downloaded of it."""

import base64
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from db.queries import models as queries
from db.queries.artifacts import artifact_chunks
from db.queries.folds import folds_frame, importances_frame
from db.queries.projects import get_project
from db.session import reading
from mms.api.access import CurrentMember
from mms.api.answers import TableFormat, answer, attachment, csv_file, table_file
from mms.api.limits import Id
from mms.domain.canonical import canonical_json
from mms.domain.models import Model
from mms.settings import settings

router = APIRouter(tags=["models"])


def opened_model(model_id: Id, member: CurrentMember) -> Model:
    """The model, if the member may see its project."""
    with reading() as session:
        model = queries.get_model(session, model_id)
        get_project(session, member, model.ranked.project_id)
        return model


OpenedModel = Annotated[Model, Depends(opened_model)]


@router.get("/models/{model_id}")
def one(model: OpenedModel) -> Response:
    """A model with its scores, signature and environment."""
    return answer({"model": model})


@router.get("/models/{model_id}/triple")
def triple(model: OpenedModel) -> Response:
    """The triple as a JSON file: what a run takes to fit it again."""
    text = canonical_json(model.triple.to_json())
    return attachment([text], f"triple-{model.triple.hash[:12]}.json", "application/json")


@router.get("/models/{model_id}/artifact")
def artifact(model: OpenedModel) -> Response:
    """The persisted model, streamed; its name is its content's hash, and Repr-Digest (RFC 9530) says it too."""
    model.check_whole()
    file = attachment(_artifact(model.artifact_sha), f"{model.artifact_sha}.joblib", "application/octet-stream")
    file.headers["repr-digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(model.artifact_sha)).decode()}:"
    return file


def _artifact(sha256: str) -> Iterator[bytes]:
    with reading() as session:
        yield from artifact_chunks(session, sha256)


@router.get("/models/{model_id}/folds")
def folds(model: OpenedModel, format: TableFormat = TableFormat.ARROW) -> Response:
    """One row a fold with its scores in natural units, the final fit (-1) first."""
    with reading() as session:
        frame = folds_frame(session, model.id)
    return table_file(frame, f"folds-{model.id}", format)


@router.get("/models/{model_id}/importances")
def importances(model: OpenedModel, format: TableFormat = TableFormat.ARROW) -> Response:
    """What each feature weighed in each fold and in the final fit; 404 where the algorithm tells none."""
    with reading() as session:
        frame = importances_frame(session, model.id)
    return table_file(frame, f"importances-{model.id}", format)


@router.get("/models/{model_id}/out-of-fold")
def out_of_fold(model: OpenedModel, format: TableFormat = TableFormat.ARROW) -> Response:
    """Out-of-fold predictions with their types."""
    with reading() as session:
        frame = queries.oof_frame(session, settings().cache, model.id)
    return table_file(frame, f"oof-{model.oof_sha[:12]}", format)


@router.get("/models/{model_id}/oof.csv")
def oof_csv(model: OpenedModel) -> Response:
    """Out-of-fold predictions as CSV."""
    with reading() as session:
        frame = queries.oof_frame(session, settings().cache, model.id)
    return csv_file(frame, f"oof-{model.oof_sha[:12]}.csv")


@router.get("/models/{model_id}/oof.parquet")
def oof_parquet(model: OpenedModel) -> Response:
    """Out-of-fold predictions as Parquet."""
    return out_of_fold(model, TableFormat.PARQUET)
