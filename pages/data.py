"""Data of a project: rows and labels, tables, what is learnt, snapshots, structure; with `?new=file` a new project."""

import streamlit as st

from db.queries.tables import feature_tables, find_instance_table
from db.session import reading
from mms.domain.members import Member
from pages.parts.data_instances import instance_section
from pages.parts.data_new import new_project
from pages.parts.data_rows import rows_section, standing
from pages.parts.data_snapshots import snapshots_section
from pages.parts.data_structure import structure_section
from pages.parts.data_tables import tables_section
from pages.parts.log_upload import log_section
from pages.parts.project import chosen_project
from pages.parts.session import current_member
from pages.parts.told import told

_SECTIONS = ("Rows", "Tables", "Instance table", "Snapshots", "Structure", "Served elsewhere")


def render(member: Member) -> None:
    """Where the data stand in one sentence, then the section that is open."""
    st.title("Data")
    if st.query_params.get("new") == "file":
        new_project(member)
        return
    project = chosen_project(member)
    if project is None:
        return
    with told(), reading() as session:
        tables = feature_tables(session, project.id)
        declared = find_instance_table(session, project.id)
    st.markdown(standing(project, tables, declared))
    if not tables:
        opened = "Tables"
    else:
        opened = "Rows" if declared else "Instance table"
    rows, all_tables, instances, taken, structure, elsewhere = st.tabs(
        _SECTIONS, key="tab", default=opened, on_change="rerun", bind="query-params"
    )
    with rows:
        if rows.open:
            rows_section(member, project, declared)
    with all_tables:
        if all_tables.open:
            tables_section(member, project, tables)
    with instances:
        if instances.open:
            instance_section(member, project, tables, declared)
    with taken:
        if taken.open:
            snapshots_section(member, project, declared)
    with structure:
        if structure.open:
            structure_section(member, project)
    with elsewhere:
        if elsewhere.open:
            log_section(member, project)
    st.page_link(
        "data.py", label="New project from a file", icon=":material/upload_file:", query_params={"new": "file"}
    )


render(current_member())
