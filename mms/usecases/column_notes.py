"""Columns are described by those who know them."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from db import models as tables
from db.queries.tables import get_table
from mms.domain.column_notes import NoteDraft
from mms.domain.members import Member, Permission


def note_columns(session: Session, member: Member, table_id: int, notes: Mapping[str, NoteDraft], now: datetime) -> int:
    """Write what is known of columns of a live table (by name), all or none; return how many notes are new or changed.

    An empty note is taken away. Invalid names a column that the table lacks, or a part that is too long.
    """
    member.require(Permission.EDIT_DATA)
    table = get_table(session, table_id)
    checked = {table.column(name).name: draft.checked() for name, draft in notes.items()}
    return sum(_write(session, member, (table.id, name), draft, now) for name, draft in checked.items())


def _write(session: Session, member: Member, key: tuple[int, str], draft: NoteDraft, now: datetime) -> bool:
    row = session.get(tables.ColumnNote, key)
    if row is None and draft.is_empty:
        return False
    if row is None:
        row = tables.ColumnNote(table_id=key[0], name=key[1], description="", source="", owner="")
        session.add(row)
    elif draft.is_empty:
        session.delete(row)
        session.flush()
        return True
    if (row.description, row.source, row.owner) == (draft.description, draft.source, draft.owner):
        return False
    row.description, row.source, row.owner = draft.description, draft.source, draft.owner
    row.edited_by, row.edited_at = member.name, now
    session.flush()
    return True
