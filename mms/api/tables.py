"""Feature tables: loaded, their rows updated; and the declaration that joins them."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from db.queries import tables as queries
from db.queries.projects import get_project_named
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.files import FILE_BODY, SentFile
from mms.api.limits import TABLE_ROWS
from mms.domain.tables import InstanceDraft, Join, TableSource, column_types
from mms.usecases.tables import append_rows, declare_instances, load_table, update_rows

router = APIRouter(prefix="/projects/{project}", tags=["feature tables"])


class TableRows(BaseModel):
    """Rows by column name, each with its key; changed together: all or none."""

    model_config = ConfigDict(extra="forbid")
    rows: Annotated[Sequence[dict[str, Any]], Field(min_length=1, max_length=TABLE_ROWS)]


class NewTable(BaseModel):
    """What the file in the body becomes."""

    model_config = ConfigDict(extra="forbid")
    name: str
    key: list[str] = Field(min_length=1, description="key columns")
    time: str | None = Field(None, description="the column that dates a row")
    type: list[str] = Field([], description="COLUMN=TYPE, instead of the inferred type")


class Joined(BaseModel):
    """A table to join. on: base column -> its column; as_of: its latest row at or before the prediction time."""

    model_config = ConfigDict(extra="forbid")
    table: str
    on: dict[str, str] = Field(min_length=1)
    as_of: bool = False
    columns: list[str] = Field([], description="which columns; default: all but key and time")


class Declaration(BaseModel):
    """What one learns from, by names."""

    model_config = ConfigDict(extra="forbid")
    base: str
    target: str
    entity_key: list[str]
    prediction_time: str | None = None
    label_time: str | None = None
    features: list[str] | None = Field(None, description="base columns known before the prediction; default: all")
    joins: list[Joined] = []

    @property
    def draft(self) -> InstanceDraft:
        """The domain's draft; tables are found by their names."""
        return InstanceDraft(
            base=self.base,
            target=self.target,
            entity_key=tuple(self.entity_key),
            prediction_time=self.prediction_time,
            label_time=self.label_time,
            features=None if self.features is None else tuple(self.features),
            joins=tuple(Join(0, j.table, tuple(j.on.items()), j.as_of, tuple(j.columns)) for j in self.joins),
        )


@router.get("/instances")
def declared(project: str, member: CurrentMember) -> Response:
    """The declaration in force."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        return answer({"instances": queries.get_instance_table(session, opened.id)})


@router.put("/instances")
def declare(project: str, body: Declaration, member: CurrentMember, now: Now) -> Response:
    """Declare the instance table, or declare it anew."""
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        found = declare_instances(session, member, opened.id, body.draft, opened.present(now))
        return answer({"instances": found})


@router.get("/tables")
def listed(project: str, member: CurrentMember) -> Response:
    """Live feature tables by name."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        return answer({"tables": queries.feature_tables(session, opened.id)})


@router.post("/tables", status_code=201, openapi_extra=FILE_BODY)
def load(project: str, new: Annotated[NewTable, Query()], member: CurrentMember, now: Now, file: SentFile) -> Response:
    """Make a feature table of a CSV or Parquet file (the body)."""
    source = TableSource(new.name, file, tuple(new.key), new.time, column_types(new.type))
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        return answer({"table": load_table(session, member, opened.id, source, opened.present(now))}, 201)


@router.post("/tables/{table}/rows", status_code=201)
def append(project: str, table: str, body: TableRows, member: CurrentMember, now: Now) -> Response:
    """Add new rows; refused when a key is already there."""
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        found = queries.get_table_named(session, opened.id, table)
        return answer({"rows": append_rows(session, member, found.id, body.rows, opened.present(now))}, 201)


@router.put("/tables/{table}/rows")
def replace(project: str, table: str, body: TableRows, member: CurrentMember, now: Now) -> Response:
    """Replace whole rows by key, or add them."""
    return _updated(project, table, body, member, now, partial=False)


@router.patch("/tables/{table}/rows")
def change(project: str, table: str, body: TableRows, member: CurrentMember, now: Now) -> Response:
    """Change the given columns of rows by key; the others stay."""
    return _updated(project, table, body, member, now, partial=True)


def _updated(project: str, table: str, body: TableRows, member: CurrentMember, now: Now, *, partial: bool) -> Response:
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        found = queries.get_table_named(session, opened.id, table)
        changed = update_rows(session, member, found.id, body.rows, opened.present(now), partial=partial)
        return answer({"rows": changed})
