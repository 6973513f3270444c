"""A new project from one file and one target."""

from pathlib import Path
from typing import Any

import streamlit as st

from db.session import transaction
from mms.domain.members import Member
from mms.domain.projects import Task
from mms.domain.tables import ColumnType, FileProject, TableDraft
from mms.usecases.tables import project_from_file
from pages.parts.formatting import counted
from pages.parts.project import link_query
from pages.parts.session import real_now
from pages.parts.told import told
from pages.parts.upload import KINDS, as_types, draft_of, first_draft, on_disk, types_editor

_SAMPLE = (
    "order,ordered_at,country,amount,returned\n"
    "1001,2026-01-03T10:15:00Z,NL,39.90,false\n"
    "1002,2026-01-03T11:40:00Z,DE,120.00,true\n"
)


def new_project(member: Member) -> None:
    """Upload, choose what to predict, look at what was inferred, create."""
    st.markdown("Upload one file and say which column to predict; the rest is inferred, shown and changeable.")
    upload = st.file_uploader("CSV or Parquet: one row for each case", type=KINDS, key="new_file")
    if upload is None:
        st.caption("One column says what each case is (its key), one what to predict; a time of each case is best.")
        st.download_button("A small sample file", _SAMPLE, "orders.csv", "text/csv", on_click="ignore")
        return
    found = first_draft(upload, member)
    if found is None:
        return
    first, taken = found
    names = [column.name for column in first.columns]
    left, right = st.columns(2)
    name = left.text_input("Name of the project", Path(upload.name).stem, key="new_name")
    target = right.selectbox(
        "What to predict (target)",
        names,
        index=names.index(first.target) if first.target in names else None,
        key="new_target",
        placeholder="choose a column",
    )
    if target is None:
        st.dataframe(list(first.sample), hide_index=True, alt=f"first rows of {upload.name}")
        return
    with told():
        _confirm(member, upload, name, target, taken)


def _confirm(member: Member, upload: Any, name: str, target: str, taken: dict[str, ColumnType]) -> None:
    draft = draft_of(upload.file_id, target, as_types(taken), upload, member)
    with st.expander(f"{counted(len(draft.columns), 'column')}, {counted(draft.row_count, 'row')}: types"):
        types = taken | types_editor(draft, key=f"new_types_{upload.file_id}_{target}")
    if types != taken:
        draft = draft_of(upload.file_id, target, as_types(types), upload, member)
    source = _source(upload, name, target, draft)
    for note in draft.notes:
        st.caption(f":material/info: {note}")
    if st.button("Create project", type="primary", key="new_create"):
        with told(stop=False):
            with st.spinner("Loading the rows …"), on_disk(upload) as path, transaction() as session:
                made = FileProject(file=path, types=types, **source)
                project = project_from_file(session, member, made, real_now())
            st.switch_page("data.py", query_params=link_query(project, tab="Snapshots"))


def _source(upload: Any, name: str, target: str, draft: TableDraft) -> dict[str, Any]:
    """What the widgets say about the file; keys carry file and target, so that proposals renew with them."""
    own = f"{upload.file_id}_{target}"
    others = [column.name for column in draft.columns if column.name != target]
    times = [column.name for column in draft.columns if column.type.value == "time"]
    tasks = [task.value for task in Task]
    row = st.columns(4)
    key = row[0].multiselect(
        "Entity key", others, [k for k in draft.key if k in others], key=f"new_key_{own}",
        help="the columns that say which case a row is about; with the time, no two rows may be the same",
        placeholder="none: rows are numbered",
    )  # fmt: skip
    time = row[1].selectbox(
        "Prediction time", times, times.index(draft.time) if draft.time in times else None, key=f"new_time_{own}",
        help="when one has to know the answer: folds go by it, and nothing later is used", placeholder="none",
    )  # fmt: skip
    label_time = row[2].selectbox(
        "Label known at", times, times.index(draft.label_time) if draft.label_time in times else None,
        key=f"new_label_time_{own}", help="when the answer became known", placeholder="at once",
    )  # fmt: skip
    task = row[3].selectbox(
        "Task", tasks, tasks.index(draft.task) if draft.task in tasks else 0, key=f"new_task_{own}",
        help="binary: one of two classes; multiclass: one of more; regression: a number",
    )  # fmt: skip
    positive = None
    if task == Task.BINARY.value:
        positive = row[3].text_input(
            "Positive class", key=f"new_positive_{own}", help="the class one looks for", placeholder="inferred"
        )
    return {
        "name": name,
        "target": target,
        "key": tuple(key) or None,
        "time": time,
        "label_time": label_time,
        "task": task,
        "positive_class": positive or None,
    }
