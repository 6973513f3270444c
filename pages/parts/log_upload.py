"""Past answers of a model served elsewhere: uploaded, looked at, stored."""

import pandas as pd
import streamlit as st

from db.session import acknowledged, reading
from mms.domain.logs import LogPreview, LogRequest
from mms.domain.markdown import safe_markdown
from mms.domain.members import Member
from mms.domain.projects import Project
from pages.parts.log_columns import chosen_columns
from pages.parts.project import link_query
from pages.parts.session import real_now
from pages.parts.told import told
from pages.parts.upload import KINDS, on_disk


def log_section(member: Member, project: Project) -> None:
    """Upload, see what is taken for what and change it, store."""
    st.markdown(
        "A model that is served elsewhere is watched here by its past answers: their times, answers, features, and "
        "what was true."
    )
    upload = st.file_uploader("CSV or Parquet: one row for each answer", type=KINDS, key="log_file")
    if upload is None:
        st.caption(
            "One column tells when each answer was given, one what it was, one what was true. Columns of usual names "
            "(predicted_at, label, score, truth, truth_at, model, id) are found; others you choose. Every other column "
            "is a feature."
        )
        return
    name = st.text_input(
        "Name of the model", key="log_model", placeholder="leave empty where a column says it",
        help="an import under the same name adds to what is there, and nothing twice",
    ).strip()  # fmt: skip
    with told(stop=False), on_disk(upload) as path:
        columns = chosen_columns(project.task, path, upload.file_id, is_named=bool(name))
        request = LogRequest(path, columns, name or None, exact=True)
        _shown(_preview(member, project, request))
        if st.button("Store these answers", key="log_store", type="primary"):
            _store(member, project, request)


def _preview(member: Member, project: Project, request: LogRequest) -> LogPreview:
    from mms.usecases.logs import preview_log

    with reading() as session:
        return preview_log(session, member, project.id, request, real_now())


def _shown(seen: LogPreview) -> None:
    """What is taken for what, and which models would come of it."""
    roles = [{"column": column, "taken for": role} for role, column in seen.columns.roles.items()]
    features = [{"column": column, "taken for": f"feature ({kind})"} for column, kind in seen.features]
    st.dataframe(pd.DataFrame([*roles, *features]), hide_index=True, alt="what each column is taken for")
    for one in seen.models:
        held = (
            f"added to v{one.version}" if one.version else f"the first {one.reference:,} with a truth are its reference"
        )
        st.markdown(safe_markdown(f"{one.name}: {one.rows:,} answers, {one.labelled:,} with a truth; {held}."))
    for note in seen.notes:
        st.caption(safe_markdown(note))


def _store(member: Member, project: Project, request: LogRequest) -> None:
    from mms.usecases.logs import import_log

    with st.spinner("Storing and counting the answers …"):
        done = import_log(acknowledged, member, project.id, request, real_now())
    st.success("\n\n".join(safe_markdown(one.words) for one in done))
    st.page_link("decay.py", label="See how it ages", query_params=link_query(project))
