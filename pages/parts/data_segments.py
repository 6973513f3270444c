"""Segments of a project: listed, made of a cluster or by hand, deleted."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from db.queries.segments import segments
from db.session import reading, transaction
from mms.domain.clusterings import Cluster
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.segments import Segment, SegmentDraft
from mms.domain.snapshots import Snapshot
from mms.usecases.segments import create_segment, delete_segment, rows_of_segments
from pages.parts.conditions import conditions_editor, conditions_of
from pages.parts.formatting import counted
from pages.parts.session import real_now
from pages.parts.told import told


def keep_cluster(member: Member, project: Project, clusters: Sequence[Cluster], key: str) -> None:
    """Save the rule of one cluster as a segment."""
    ruled = {one.number: one for one in clusters if one.rule}
    if not ruled:
        return
    with st.popover("Save as segment…", icon=":material/bookmark_add:"):
        number = st.selectbox("Cluster", list(ruled), format_func=lambda n: ruled[n].name, key=f"kept_{key}")
        rule = ruled[number].rule
        assert rule is not None
        st.markdown(f"`{rule.words}`")
        st.caption(f"The rule covers {rule.covered:.0%} of the cluster, and {rule.pure:.0%} of its rows are of it.")
        name = st.text_input("Name", rule.words[:80], key=f"segment_name_{key}_{number}")
        if st.button("Save", type="primary", key=f"save_segment_{key}"):
            _create(member, project, SegmentDraft(name, rule.conditions, f"{ruled[number].name} of a clustering"))


def segments_section(member: Member, project: Project, snapshot: Snapshot) -> None:
    """All segments with their rows in the snapshot, and a form for one more."""
    with reading() as session:
        found = segments(session, project.id)
    st.header("Segments")
    if not found:
        st.markdown(
            "No segment yet. A segment is a named rule over features: train on its rows, or split scores by it."
        )
    else:
        st.markdown(f"{counted(len(found), 'segment')}, counted in {snapshot.name}.")
        with reading() as session:
            inside = rows_of_segments(session, member, snapshot.id)
        frame = pd.DataFrame(
            {
                "Segment": [one.name for one in found],
                "Rule": [one.words for one in found],
                "Rows": [_count(inside.get(one.id), snapshot) for one in found],
                "Made by": [one.created_by for one in found],
            }
        )
        st.dataframe(frame, hide_index=True, height="content", alt="the segments of this project")
    row = st.container(horizontal=True)
    with row.popover("New segment…", icon=":material/add:"):
        name = st.text_input("Name", key="segment_name")
        st.caption("Rows for which every condition holds:")
        lines = conditions_editor(snapshot.schema, "segment_conditions")
        if st.button("Save the segment", key="new_segment"):
            with told(stop=False):
                _create(member, project, SegmentDraft(name, conditions_of(snapshot.schema, lines)))
    if found:
        _delete(member, found)


def _delete(member: Member, found: Sequence[Segment]) -> None:
    names = {one.id: one.name for one in found}
    with st.popover("Delete a segment…", icon=":material/delete:"):
        chosen = st.selectbox("Segment", list(names), format_func=lambda i: names[i], key="segment_to_delete")
        if st.button("Delete", key="delete_segment", help="Models that learned from its rows stay."):
            with told(stop=False):
                with transaction() as session:
                    delete_segment(session, member, chosen, real_now())
                st.rerun()


def _create(member: Member, project: Project, draft: SegmentDraft) -> None:
    with told(stop=False):
        with transaction() as session:
            made = create_segment(session, member, project.id, draft, real_now())
        st.toast(f"Segment '{as_text(made.name)}' is kept.")
        st.rerun()


def _count(inside: int | None, snapshot: Snapshot) -> str:
    return "a column is missing" if inside is None else f"{inside:,} ({inside / snapshot.row_count:.0%})"
