"""Feature tables: what there is, and updates of their rows."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from db.queries import tables as queries
from db.queries.projects import get_project_named
from db.session import acknowledged, reading
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.api.limits import TABLE_ROWS
from mms.usecases.tables import append_rows, update_rows

router = APIRouter(prefix="/projects/{project}/tables", tags=["feature tables"])


class TableRows(BaseModel):
    """Rows by column name, each with its key; changed together: all or none."""

    model_config = ConfigDict(extra="forbid")
    rows: Annotated[Sequence[dict[str, Any]], Field(min_length=1, max_length=TABLE_ROWS)]


@router.get("")
def listed(project: str, member: CurrentMember) -> Response:
    """Live feature tables by name."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        return answer({"tables": queries.feature_tables(session, opened.id)})


@router.post("/{table}/rows", status_code=201)
def append(project: str, table: str, body: TableRows, member: CurrentMember, now: Now) -> Response:
    """Add new rows; refused when a key is already there."""
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        found = queries.get_table_named(session, opened.id, table)
        return answer({"rows": append_rows(session, member, found.id, body.rows, opened.present(now))}, 201)


@router.put("/{table}/rows")
def replace(project: str, table: str, body: TableRows, member: CurrentMember, now: Now) -> Response:
    """Replace whole rows by key, or add them."""
    return _updated(project, table, body, member, now, partial=False)


@router.patch("/{table}/rows")
def change(project: str, table: str, body: TableRows, member: CurrentMember, now: Now) -> Response:
    """Change the given columns of rows by key; the others stay."""
    return _updated(project, table, body, member, now, partial=True)


def _updated(project: str, table: str, body: TableRows, member: CurrentMember, now: Now, *, partial: bool) -> Response:
    with acknowledged() as session:
        opened = get_project_named(session, member, project)
        found = queries.get_table_named(session, opened.id, table)
        changed = update_rows(session, member, found.id, body.rows, opened.present(now), partial=partial)
        return answer({"rows": changed})
