"""What is known of columns."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import ColumnNote as NoteRow
from mms.domain.column_notes import ColumnNote, NoteDraft


def column_notes(session: Session, table_ids: Iterable[int]) -> Mapping[tuple[int, str], ColumnNote]:
    """The notes on columns of these tables, by table and column."""
    stmt = select(NoteRow).where(NoteRow.table_id.in_(sorted(set(table_ids))))
    return {(row.table_id, row.name): note_of(row) for row in session.scalars(stmt)}


def note_of(row: NoteRow) -> ColumnNote:
    """The record of a row."""
    said = NoteDraft(row.description, row.source, row.owner)
    return ColumnNote(row.table_id, row.name, said, row.edited_by, row.edited_at)
