"""Pictures of models and snapshots: which there are and why not the others, as files, asking for them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from db.queries.pictures import pictures, standings
from db.queries.projects import get_project
from db.queries.snapshots import get_snapshot
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer, attachment, csv_file
from mms.api.limits import Id
from mms.api.models import OpenedModel
from mms.charts.yellowbrick.sample import sample_of
from mms.domain.exports import zipped
from mms.domain.pictures import Theme, kind_named
from mms.domain.subjects import Subject, SubjectKind
from mms.usecases.model_pictures import drawn_table, model_numbers
from mms.usecases.pictures import ask_for_pictures, snapshot_rows

router = APIRouter(tags=["pictures"])


class Ask(BaseModel):
    """Which kinds; none: all that apply and cost no fits."""

    model_config = ConfigDict(extra="forbid")
    kinds: list[str] = Field([], max_length=50)


def model_subject(model: OpenedModel) -> Subject:
    """The model of the address."""
    return Subject(SubjectKind.MODEL, model.id)


def snapshot_subject(snapshot_id: Id, member: CurrentMember) -> Subject:
    """The snapshot of the address, where the member may see its project."""
    with reading() as session:
        get_project(session, member, get_snapshot(session, snapshot_id).project_id)
    return Subject(SubjectKind.SNAPSHOT, snapshot_id)


OfModel = Annotated[Subject, Depends(model_subject)]
OfSnapshot = Annotated[Subject, Depends(snapshot_subject)]


@router.get("/models/{model_id}/pictures")
def of_model(subject: OfModel) -> Response:
    """Every kind that models can have: drawn, or why not."""
    return _listed(subject)


@router.get("/snapshots/{snapshot_id}/pictures")
def of_snapshot(subject: OfSnapshot) -> Response:
    """Every kind that snapshots can have: drawn, or why not."""
    return _listed(subject)


@router.get("/models/{model_id}/pictures.zip")
def files_of_model(subject: OfModel, theme: Theme = Theme.LIGHT) -> Response:
    """Every picture of a model that is drawn, as SVG."""
    return _files(subject, theme)


@router.get("/snapshots/{snapshot_id}/pictures.zip")
def files_of_snapshot(subject: OfSnapshot, theme: Theme = Theme.LIGHT) -> Response:
    """Every picture of a snapshot that is drawn, as SVG."""
    return _files(subject, theme)


@router.get("/models/{model_id}/pictures/{slug}.csv")
def table_of_model(subject: OfModel, slug: str) -> Response:
    """The table behind a picture of a model."""
    kind = kind_named(slug, subject.kind)
    with reading() as session:
        numbers = model_numbers(session, subject.id, kind)
    return csv_file(drawn_table(numbers), f"{kind.slug}-model-{subject.id}.csv")


@router.get("/snapshots/{snapshot_id}/pictures/{slug}.csv")
def table_of_snapshot(subject: OfSnapshot, slug: str) -> Response:
    """The table behind a picture of a snapshot: the rows it is drawn from, as numbers, texts or what is missing."""
    kind = kind_named(slug, subject.kind)
    with reading() as session:
        rows = snapshot_rows(session, subject.id).instances
    sample = sample_of(rows.columns, rows.features, rows.target, rows.task, rows.positive)
    return csv_file(sample.table(kind), f"{kind.slug}-snapshot-{subject.id}.csv")


@router.post("/models/{model_id}/pictures", status_code=202)
def ask_of_model(subject: OfModel, body: Ask, member: CurrentMember, now: Now) -> Response:
    """Queue the drawing of a model's pictures; job: null where they are queued already."""
    with acknowledged() as session:
        kinds = [kind_named(slug, subject.kind) for slug in body.kinds]
        return answer({"job": ask_for_pictures(session, member, subject, now, kinds)}, 202)


@router.post("/snapshots/{snapshot_id}/pictures", status_code=202)
def ask_of_snapshot(subject: OfSnapshot, body: Ask, member: CurrentMember, now: Now) -> Response:
    """Queue the drawing of a snapshot's pictures; job: null where they are queued already."""
    with acknowledged() as session:
        kinds = [kind_named(slug, subject.kind) for slug in body.kinds]
        return answer({"job": ask_for_pictures(session, member, subject, now, kinds)}, 202)


def _listed(subject: Subject) -> Response:
    with reading() as session:
        return answer({"pictures": standings(session, subject, Theme.LIGHT)})


def _files(subject: Subject, theme: Theme) -> Response:
    with reading() as session:
        drawn = pictures(session, subject, theme).values()
    files = {f"{one.kind.slug}.svg": one.svg for one in drawn if one.svg is not None}
    return attachment([zipped(files)], f"pictures-{subject.kind.value}-{subject.id}.zip", "application/zip")
