"""Columns of a feature table with what is known of them."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from db.queries.column_notes import column_notes
from db.queries.projects import get_project_named
from db.queries.tables import get_table_named
from db.session import reading, transaction
from mms.api.access import CurrentMember, Now
from mms.api.answers import answer
from mms.domain.column_notes import NoteDraft
from mms.domain.tables import FeatureTable
from mms.usecases.column_notes import note_columns

router = APIRouter(prefix="/projects/{project}/tables/{table}/columns", tags=["feature tables"])


class Note(BaseModel):
    """What is known of a column; all empty takes it away."""

    model_config = ConfigDict(extra="forbid")
    description: str = ""
    source: str = ""
    owner: str = ""


@router.get("")
def listed(project: str, table: str, member: CurrentMember) -> Response:
    """Every column with its type, and its note where it has one."""
    with reading() as session:
        opened = get_project_named(session, member, project)
        return _answer(session, get_table_named(session, opened.id, table))


@router.put("")
def write(project: str, table: str, body: dict[str, Note], member: CurrentMember, now: Now) -> Response:
    """Write notes by column, all or none; columns that are not named keep theirs."""
    with transaction() as session:
        opened = get_project_named(session, member, project)
        found = get_table_named(session, opened.id, table)
        drafts = {name: NoteDraft(note.description, note.source, note.owner) for name, note in body.items()}
        note_columns(session, member, found.id, drafts, now)
        return _answer(session, found)


def _answer(session: Session, table: FeatureTable) -> Response:
    notes = column_notes(session, [table.id])
    columns = [{"name": c.name, "type": c.type, "note": notes.get((table.id, c.name))} for c in table.columns]
    return answer({"columns": columns})
