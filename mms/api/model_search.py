"""The model table by any filter, and what a filter is built from."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from db.queries import model_search as queries
from db.queries.model_export import every_row, export_names, model_frame
from db.queries.model_options import filter_options, parameter_names
from db.queries.models import PAGE
from db.queries.projects import get_project_named
from db.session import reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import TableFormat, answer, attachment, in_blocks, table_file
from mms.domain.exports import csv_lines
from mms.domain.filter_text import LENGTH, parsed
from mms.domain.filters import ModelQuery
from mms.domain.members import Member
from mms.domain.model_fields import columns_named, fields_named
from mms.domain.plain import plain
from mms.domain.projects import Project

router = APIRouter(tags=["models"])


class Asked(BaseModel):
    """What the model table is asked for; scores in natural units."""

    model_config = ConfigDict(extra="forbid")
    where: str = ""
    sort: str | None = None
    descending: bool | None = None
    column: list[str] = Field([], max_length=50)
    after: str | None = Field(None, max_length=2 * LENGTH)
    limit: int = PAGE
    archived: bool = False

    def query(self, project: Project, parameters: Sequence[str]) -> ModelQuery:
        """The domain's query; Invalid names what is no field, or the column where the filter goes wrong."""
        sort = fields_named([self.sort], project.task, parameters)[0] if self.sort else None
        return ModelQuery(
            where=parsed(self.where, project.task, parameters),
            sort=sort,
            descending=self.descending,
            columns=columns_named(self.column, project.task, parameters),
            after=self.after,
            limit=self.limit,
            archived=self.archived,
        )


Search = Annotated[Asked, Query()]


@router.get("/projects/{project}/models")
def page(project: str, asked: Search, member: CurrentMember, now: Now) -> Response:
    """One page of the models that pass a filter, with their tags and the columns that were asked for, by id."""
    with reading() as session:
        opened, query = _opened(session, member, project, asked)
        found = queries.search(session, opened, query, opened.present(now))
    return answer(
        {
            "models": found.models,
            "values": found.values,
            "tags": found.tags,
            "after": found.after,
            "total": found.total_words,
        }
    )


@router.get("/projects/{project}/models.csv")
def table(project: str, asked: Search, member: CurrentMember, now: Now) -> Response:
    """Every model that passes the filter as a file, whatever `after` and `limit` say."""
    with reading() as session:
        opened, query = _opened(session, member, project, asked)
    lines = csv_lines(export_names(opened, query), _rows(opened, query, opened.present(now)))
    return attachment(in_blocks(lines), f"models-{opened.id}.csv", "text/csv")


@router.get("/projects/{project}/models.arrow")
def typed_table(project: str, asked: Search, member: CurrentMember, now: Now) -> Response:
    """The same as an Arrow file, for programs."""
    with reading() as session:
        opened, query = _opened(session, member, project, asked)
        frame = model_frame(session, opened, query, opened.present(now))
    return table_file(frame, f"models-{opened.id}", TableFormat.ARROW)


@router.get("/projects/{project}/models/fields")
def fields(project: str, member: CurrentMember) -> Response:
    """The fields of a filter: what each holds, an example, and values that models have."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        options = filter_options(session, opened)
    return answer({"fields": [_field(option.field, option.values) for option in options]})


def _opened(session: Session, member: Member, name: str, asked: Asked) -> tuple[Project, ModelQuery]:
    """The project, and what is asked of it."""
    opened = get_project_named(session, member, name)
    return opened, asked.query(opened, parameter_names(session, opened.id))


def _field(field: Any, values: Sequence[str]) -> dict[str, Any]:
    return {
        "name": field.name,
        "kind": field.kind,
        "label": field.label,
        "explanation": field.explanation,
        "example": field.example,
        "sorts": field.sorts,
        "values": values,
    }


def _rows(project: Project, query: ModelQuery, now: datetime) -> Iterator[Sequence[Any]]:
    with reading() as session:
        for row in every_row(session, project, query, now):
            yield [plain(value) for value in row]
