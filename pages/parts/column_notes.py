"""What columns mean, where they come from and who answers for them: read and written in place."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from db.queries.column_notes import column_notes
from db.session import reading, transaction
from mms.domain.cards import UsedColumn
from mms.domain.column_notes import LONGEST, ColumnPlace, NoteDraft
from mms.domain.members import Member, Permission
from mms.domain.tables import FeatureTable
from mms.usecases.column_notes import note_columns
from pages.parts.formatting import counted
from pages.parts.session import real_now
from pages.parts.told import told

_SAID = tuple(LONGEST)


def table_notes(member: Member, table: FeatureTable) -> None:
    """The notes on all columns of a feature table."""
    with reading() as session:
        notes = column_notes(session, [table.id])
    places = [ColumnPlace(table.id, table.name, column.name) for column in table.columns]
    columns = [
        UsedColumn(column, place, None, notes.get((table.id, column.name)))
        for column, place in zip(table.columns, places, strict=True)
    ]
    notes_editor(member, columns, key=f"notes_{table.id}")


def notes_editor(member: Member, columns: Sequence[UsedColumn], *, key: str) -> None:
    """One row a column; what was typed is stored by the button below."""
    frame = notes_frame(columns)
    said = sum(one.note is not None for one in columns)
    st.markdown(f"{said} of {counted(len(columns), 'column')} {'has' if said == 1 else 'have'} a note.")
    if not member.may(Permission.EDIT_DATA):
        st.dataframe(frame, hide_index=True, alt="the columns and what is known of them")
        return
    fixed = [name for name in frame.columns if name not in _SAID]
    texts = {name: st.column_config.TextColumn(name.capitalize(), max_chars=LONGEST[name]) for name in _SAID}
    edited = st.data_editor(
        frame, key=key, hide_index=True, disabled=fixed, column_config=texts,
        alt="the columns and what is known of them, to write in",
    )  # fmt: skip
    changed = changes(columns, edited)
    why = (
        None if changed else "Type into the table first: what a column means, where it comes from, who answers for it."
    )
    if st.button("Save the notes", key=f"{key}_save", disabled=not changed, help=why):
        with told(stop=False):
            with transaction() as session:
                for table_id in {place.table_id for place in changed}:
                    drafts = {place.name: draft for place, draft in changed.items() if place.table_id == table_id}
                    note_columns(session, member, table_id, drafts, real_now())
            st.rerun()
    if any(one.place is None for one in columns):
        st.caption("A column without a table was dropped from the declaration since: there is no place for its note.")


def notes_frame(columns: Sequence[UsedColumn]) -> pd.DataFrame:
    """The columns as people read them."""
    frame = pd.DataFrame(
        {
            "column": [one.column.name for one in columns],
            "type": [one.column.type.value for one in columns],
            "table": [one.place.table if one.place else "" for one in columns],
            "in the snapshot": [one.range_words for one in columns],
            **{name: [getattr(one.note.said, name) if one.note else "" for one in columns] for name in _SAID},
        }
    )
    return frame if any(frame["in the snapshot"]) else frame.drop(columns="in the snapshot")


def changes(columns: Sequence[UsedColumn], edited: pd.DataFrame) -> dict[ColumnPlace, NoteDraft]:
    """What was typed, by where it is kept; an emptied cell is an empty text."""
    found = {}
    for one, row in zip(columns, edited[list(_SAID)].fillna("").itertuples(index=False), strict=True):
        draft = NoteDraft(*map(str, row))
        before = one.note.said if one.note else NoteDraft()
        if one.place is not None and draft != before:
            found[one.place] = draft
    return found
