"""Feature tables: which there are, their first rows, and one more from a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from db.queries.tables import first_rows
from db.session import reading, transaction
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.tables import ColumnType, FeatureTable, TableSource
from mms.usecases.tables import load_table
from pages.parts.column_notes import table_notes
from pages.parts.downloads import csv_download
from pages.parts.formatting import time_column
from pages.parts.session import real_now
from pages.parts.told import told
from pages.parts.upload import KINDS, as_types, draft_of, first_draft, on_disk, types_editor

_FIRST = "One row for each case, with the column to predict; tables with more about the cases may follow."
_JOINED = "For example weather by place and hour, or customers by number: values to join by key."


def tables_section(member: Member, project: Project, tables: Sequence[FeatureTable]) -> None:
    """The list, the first rows of one table, the form for another."""
    if tables:
        _list(tables)
        by_name = {table.name: table for table in tables}
        name = st.selectbox("First rows of", list(by_name), key="table", bind="query-params")
        if name is not None:
            _first_rows(by_name[name])
            with st.expander(f"What the columns of {name} mean"):
                table_notes(member, by_name[name])
    with st.expander("Add a feature table" if tables else "Load the first table", expanded=not tables):
        _add(member, project, _JOINED if tables else _FIRST)


def _list(tables: Sequence[FeatureTable]) -> None:
    frame = pd.DataFrame(
        {
            "table": [t.name for t in tables],
            "rows": [t.row_count for t in tables],
            "columns": [len(t.columns) for t in tables],
            "key": [", ".join(t.key) for t in tables],
            "time": [t.time or "–" for t in tables],
            "updated": [t.updated_at for t in tables],
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        height="content",
        alt="the project's feature tables",
        column_config={
            "table": "Table",
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            "columns": "Columns",
            "key": st.column_config.TextColumn("Key", help="what says which row it is; unique, with the time"),
            "time": st.column_config.TextColumn("Time", help="since when the values of a row hold"),
            "updated": time_column("Updated"),
        },
    )


def _first_rows(table: FeatureTable) -> None:
    with told(), reading() as session:
        frame = first_rows(session, table)
    times = {c.name: time_column(c.name) for c in table.columns if c.type is ColumnType.TIME}
    st.dataframe(frame, hide_index=True, height=280, alt=f"first rows of {table.name}", column_config=times)
    kinds = " · ".join(f"{column.name} {column.type.value}" for column in table.columns)
    st.caption(f"The first {len(frame):,} of {table.row_count:,} rows. Types: {as_text(kinds)}")
    csv_download(frame, f"{table.name}-first-rows.csv", "These rows as CSV", key="first_rows_csv")


def _add(member: Member, project: Project, example: str) -> None:
    upload = st.file_uploader("CSV or Parquet", type=KINDS, key="table_file")
    if upload is None:
        st.caption(example)
        return
    found = first_draft(upload, member)
    if found is None:
        return
    draft, taken = found
    with told(stop=False):
        types = taken | types_editor(draft, key=f"table_types_{upload.file_id}")
        draft = draft_of(upload.file_id, None, as_types(types), upload, member)
        source = _source(upload, draft.key, draft.time, [(c.name, c.type) for c in draft.columns])
        if st.button("Load table", type="primary", key="table_load"):
            with st.spinner("Loading the rows …"), on_disk(upload) as path, transaction() as session:
                load_table(session, member, project.id, TableSource(file=path, types=types, **source), real_now())
            st.rerun()


def _source(
    upload: Any, key: tuple[str, ...], time: str | None, columns: Sequence[tuple[str, ColumnType]]
) -> dict[str, Any]:
    names = [name for name, _ in columns]
    times = [name for name, kind in columns if kind is ColumnType.TIME]
    left, middle, right = st.columns(3)
    return {
        "name": left.text_input("Name", Path(upload.name).stem, key=f"table_name_{upload.file_id}"),
        "key": tuple(middle.multiselect("Key", names, list(key), key=f"table_key_{upload.file_id}")),
        "time": right.selectbox(
            "Time",
            times,
            times.index(time) if time in times else None,
            key=f"table_time_{upload.file_id}",
            placeholder="none: one row per key",
            help="since when a row's values hold; needed for joins as of the prediction time",
        ),
    }
