"""Snapshots: those there are, each with its profile, warnings and rows."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from db.queries.openings import openings
from db.queries.snapshots import snapshot_file, snapshots
from db.queries.tables import get_table
from db.session import reading
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.openings import looks
from mms.domain.projects import Project
from mms.domain.snapshots import Snapshot
from mms.domain.subjects import Subject, SubjectKind
from mms.domain.tables import InstanceTable
from mms.settings import settings
from pages.parts.discussed import discussed
from pages.parts.formatting import counted, day_words, time_words, utc_help
from pages.parts.holdout import HOLDOUT
from pages.parts.project import link_query
from pages.parts.snapshot_form import snapshot_form
from pages.parts.tab_button import tab_button
from pages.parts.told import told


def snapshots_section(member: Member, project: Project, declared: InstanceTable | None) -> None:
    """The form, then the newest snapshot and those before it."""
    with told(), reading() as session:
        taken = snapshots(session, project.id)
        base = get_table(session, declared.base_table_id) if declared else None
    if declared is None or base is None:
        st.markdown("A snapshot freezes the instance table: declare that first.")
        tab_button("Say what to learn from", "Instance table")
    else:
        if not taken:
            st.markdown(
                "No snapshot yet. It freezes the rows as they are now, with 12 folds, so that results can be told."
            )
        snapshot_form(member, project, base.columns, declared)
    if taken:
        chosen = _choice(taken)
        _chosen(project, chosen)
        discussed(member, Subject(SubjectKind.SNAPSHOT, chosen.id))


def _choice(taken: Sequence[Snapshot]) -> Snapshot:
    """The one that the address names at first, else the newest."""
    by_id = {snapshot.id: snapshot for snapshot in taken}
    named = st.query_params.get("snapshot", "")
    first = list(by_id).index(int(named)) if named.isdecimal() and int(named) in by_id else 0
    return by_id[st.selectbox("Snapshot", list(by_id), first, lambda i: by_id[i].name, key="shown_snapshot")]


def _chosen(project: Project, chosen: Snapshot) -> None:
    span = f" from {day_words(chosen.time_from)} to {day_words(chosen.time_to)}" if chosen.time_from else ""
    st.markdown(
        f"**{counted(chosen.row_count, 'row')}**{span}, {counted(len(chosen.schema), 'feature')}, "
        f"target **{as_text(chosen.target)}** ({as_text(_target_words(chosen))}); {chosen.fold_plan.words}. "
        f"Taken by {as_text(chosen.taken_by)}, {time_words(chosen.created_at)}.",
        help=utc_help(chosen.created_at),
    )
    if chosen.held_out:
        with reading() as session:
            often = looks(len(openings(session, chosen.id)))
        st.markdown(f"{counted(chosen.held_out, 'row')} held out. {often}", help=HOLDOUT)
    for warning in chosen.profile.warnings:
        st.warning(warning)
    st.dataframe(
        _profile_frame(chosen), hide_index=True, height="content", placeholder="–", alt=f"profile of {chosen.name}"
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link("train.py", label="Train on it", query_params=link_query(project, snapshot=chosen.id))
        st.page_link(
            "gallery.py", label="All pictures of it", icon=":material/gallery_thumbnail:",
            query_params={"snapshot": str(chosen.id)},
        )  # fmt: skip
        st.download_button(
            "Rows as Parquet", lambda: _parquet(chosen), f"snapshot-{chosen.number}.parquet", key="snapshot_parquet",
            on_click="ignore", icon=":material/download:",
        )  # fmt: skip
    st.caption(f"Content hash {chosen.content_hash}")


def _parquet(snapshot: Snapshot) -> bytes:
    with reading() as session:
        return snapshot_file(session, settings().cache, snapshot).read_bytes()


def _target_words(snapshot: Snapshot) -> str:
    profile = snapshot.profile
    if profile.classes:
        return ", ".join(f"{label} {count:,}" for label, count in profile.classes.items())
    return "" if profile.target_mean is None else f"mean {profile.target_mean:.4g}, sd {profile.target_sd or 0:.4g}"


def _profile_frame(snapshot: Snapshot) -> pd.DataFrame:
    columns = snapshot.profile.columns
    return pd.DataFrame(
        {
            "Column": [c.name for c in columns],
            "Type": [c.type for c in columns],
            "Missing": [f"{100 * c.missing / max(1, snapshot.row_count):.1f} %" for c in columns],
            "Distinct": [c.distinct for c in columns],
            "Least": [c.minimum for c in columns],
            "Mean": [c.mean for c in columns],
            "Most": [c.maximum for c in columns],
            "Most frequent": [", ".join(f"{label} ({count:,})" for label, count in c.top[:3]) for c in columns],
        }
    )
