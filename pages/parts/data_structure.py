"""Structure of a snapshot: how its rows group by themselves, and the segments one keeps of that."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from db.queries.clusterings import clusterings
from db.queries.snapshots import snapshots
from db.session import reading, transaction
from mms.domain.clusterings import EXPLANATIONS, PARAMETERS, Clusterer, Clustering, ClusteringDraft
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.snapshots import Snapshot
from mms.usecases.clusterings import ROWS_A_SECOND, ask_clustering
from pages.parts.data_clusters import found_clusters
from pages.parts.data_segments import segments_section
from pages.parts.formatting import counted, seconds
from pages.parts.parameter_widget import parameter_widget
from pages.parts.session import real_now
from pages.parts.snapshot_choice import snapshot_choice
from pages.parts.tab_button import tab_button
from pages.parts.told import told

_STARTS_IN = 3.0
"""Seconds until a worker has begun."""


def structure_section(member: Member, project: Project) -> None:
    """The newest structure in one sentence, its clusters, and the button that looks for another."""
    with told(), reading() as session:
        taken = snapshots(session, project.id)
    if not taken:
        st.markdown("Structure is looked for in a snapshot: take one first.")
        tab_button("Take a snapshot", "Snapshots")
        return
    with told():
        snapshot = snapshot_choice(taken)
    with reading() as session:
        asked = clusterings(session, snapshot.id)
    st.markdown(_sentence(snapshot, asked))
    _ask(member, project, snapshot, first=not asked)
    waiting = [one for one in asked if not one.state.is_final]
    if waiting:
        _follow(snapshot.id, len(waiting))
    for failed in (one for one in asked[:1] if one.error):
        st.error(f"{failed.name} failed: {failed.error}")
    found = {one.id: one for one in asked if one.structure}
    if found:
        found_clusters(member, project, found)
    segments_section(member, project, snapshot)


def _sentence(snapshot: Snapshot, asked: Sequence[Clustering]) -> str:
    newest = next((one.structure for one in asked if one.structure), None)
    if newest is None:
        return f"Nobody has looked yet how the {counted(snapshot.row_count, 'row')} of {snapshot.name} group."
    largest = newest.clusters[0]
    about = f", set apart by {largest.traits[0].words}" if largest.traits else ""
    return (
        f"The rows of {snapshot.name} fall into **{counted(len(newest.clusters), 'cluster')}**, {newest.separation}. "
        f"The largest holds {largest.share:.0%} of them{about}."
    )


def _ask(member: Member, project: Project, snapshot: Snapshot, *, first: bool) -> None:
    left, right = st.columns(2)
    clusterer: Clusterer = left.selectbox(
        "Clusterer", list(Clusterer), format_func=lambda one: one.value, key="clusterer",
        help="; ".join(f"{one.value}: {words}" for one, words in EXPLANATIONS.items()),
    )  # fmt: skip
    (parameter,) = PARAMETERS[clusterer]
    with right:
        value = parameter_widget(parameter, parameter.default, f"clusterer_{parameter.name}")
    button, cost = st.columns([1, 3], vertical_alignment="center")
    cost.caption(f"about {seconds(_STARTS_IN + snapshot.row_count / ROWS_A_SECOND)} on a worker; changes nothing")
    kind: Any = "primary" if first else "secondary"
    if button.button("Find structure", type=kind, key="find_structure"):
        with told(stop=False):
            with transaction() as session:
                draft = ClusteringDraft(clusterer, {parameter.name: value})
                ask_clustering(session, member, snapshot.id, draft, real_now())
            st.rerun()


def _follow(snapshot_id: int, count: int) -> None:
    @st.fragment(run_every=1.0)
    def live() -> None:
        with reading() as session:
            left = sum(not one.state.is_final for one in clusterings(session, snapshot_id))
        if left < count:
            st.rerun()
        st.info("A worker is grouping the rows …", icon=":material/hourglass:")

    live()
