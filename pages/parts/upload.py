"""An uploaded file: on disk while it is read, and what it looks like, with types that may be changed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import streamlit as st

from mms.domain.members import Member
from mms.domain.tables import ColumnType, TableDraft
from mms.usecases.uploads import draft_upload
from pages.parts.told import told

KINDS = ["csv", "parquet"]
Types = tuple[tuple[str, ColumnType], ...]


@contextmanager
def on_disk(upload: Any) -> Iterator[Path]:
    """The uploaded bytes as a file of its own name, for as long as it is needed."""
    with TemporaryDirectory(prefix="mms-upload-") as folder:
        path = Path(folder) / Path(upload.name).name
        path.write_bytes(upload.getbuffer())
        yield path


@st.cache_data(max_entries=8, show_spinner="Reading the file …", scope="session")
def draft_of(file_id: str, target: str | None, types: Types, _upload: Any, _member: Member) -> TableDraft:
    """What the file looks like; read once for each target and choice of types."""
    with on_disk(_upload) as path:
        return draft_upload(_member, path, target, dict(types))


def first_draft(upload: Any, member: Member) -> tuple[TableDraft, dict[str, ColumnType]] | None:
    """What the file looks like, and the columns that the reader takes as they are; None after a refusal.

    A column that mixes numbers with words is refused, unless the reader names it here.
    """
    key = f"as_they_are_{upload.file_id}"
    taken = dict.fromkeys(st.session_state.get(key, ()), ColumnType.CATEGORY)
    draft = None
    with told(stop=False):
        draft = draft_of(upload.file_id, None, as_types(taken), upload, member)
    if draft is None or taken:
        st.multiselect(
            "Columns to take as they are, as categories", [], key=key, accept_new_options=True,
            placeholder="type a column's name", help="for a column that mixes numbers with words on purpose",
        )  # fmt: skip
    return None if draft is None else (draft, taken)


def types_editor(draft: TableDraft, key: str) -> dict[str, ColumnType]:
    """Every column with its inferred type and first values; returns the types that were changed."""
    frame = pd.DataFrame(
        {
            "column": [c.name for c in draft.columns],
            "type": [c.type.value for c in draft.columns],
            "first": [", ".join(str(row.get(c.name)) for row in draft.sample[:4]) for c in draft.columns],
        }
    )
    edited = st.data_editor(
        frame,
        key=key,
        hide_index=True,
        disabled=["column", "first"],
        column_config={
            "column": "Column",
            "type": st.column_config.SelectboxColumn("Type", options=[t.value for t in ColumnType], required=True),
            "first": st.column_config.TextColumn("First values", width="large"),
        },
    )
    chosen = {name: ColumnType(kind) for name, kind in zip(edited["column"], edited["type"], strict=True)}
    return {c.name: chosen[c.name] for c in draft.columns if chosen[c.name] is not c.type}


def as_types(changed: Mapping[str, ColumnType]) -> Types:
    """Changed types as a key of the cache."""
    return tuple(sorted(changed.items()))
