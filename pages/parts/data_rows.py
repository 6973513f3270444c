"""Rows and labels: where the data stand, per day, and since the champion's snapshot."""

from collections.abc import Sequence

import streamlit as st

from db.queries.promotions import find_champion
from db.queries.situations import Watch
from db.queries.snapshots import snapshots
from db.queries.tables import rows_and_labels_per_day
from db.queries.triggers import triggers
from db.session import reading
from mms.charts import data_days
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.tables import FeatureTable, InstanceTable
from mms.domain.triggers import TriggerKind
from pages.parts.downloads import csv_download
from pages.parts.formatting import counted, day_words
from pages.parts.project import link_query
from pages.parts.session import real_now
from pages.parts.tab_button import tab_button
from pages.parts.told import told


def standing(project: Project, tables: Sequence[FeatureTable], declared: InstanceTable | None) -> str:
    """The data of a project in one sentence."""
    if not tables:
        return f"{as_text(project.name)} has no table yet: upload one with the cases and the column to predict."
    if declared is None:
        return f"{as_text(project.name)} has {counted(len(tables), 'table')}; say next what to learn from them."
    base = next((t for t in tables if t.id == declared.base_table_id), tables[0])
    joined = f", joined with {as_text(', '.join(j.table_name for j in declared.joins))}" if declared.joins else ""
    return (
        f"{as_text(project.name)} learns **{as_text(declared.target)}** from **{as_text(base.name)}** "
        f"({counted(base.row_count, 'row')}, "
        f"last changed {day_words(base.updated_at)}){joined}."
    )


def rows_section(member: Member, project: Project, declared: InstanceTable | None) -> None:
    """The chart, its table, and how much came since the champion's snapshot."""
    if declared is None:
        st.markdown("Rows and labels are counted per day once it is said what to learn from.")
        tab_button("Say what to learn from", "Instance table")
        return
    now = project.present(real_now())
    with told(), reading() as session:
        per_day = rows_and_labels_per_day(session, project.id)
        taken = snapshots(session, project.id)
        champion = find_champion(session, project.id)
        arrived = Watch(session, project, now).new_labels if champion else 0
        read = [part for row in triggers(session, project, now) for part in row.reading.parts]
    sizes = [part for part in read if part.condition.kind is TriggerKind.SIZE]
    if champion is None:
        st.markdown("No model is seated yet, so nothing is counted since its snapshot.")
    else:
        snapshot = next((s.name for s in taken if s.id == champion.model.snapshot_id), "its snapshot")
        st.markdown(f"**{counted(arrived, 'labelled row')}** came since the champion's snapshot ({snapshot}).")
    for part in sizes:
        st.progress(part.share, text=f"Size trigger: {part.sentence}")
    if champion is not None and not sizes:
        st.page_link("triggers.py", label="Retrain by itself when enough came", query_params=link_query(project))
    days = data_days.info(per_day, {f"snapshot {s.number}": s.time_to for s in taken if s.time_to})
    st.markdown(days.words)
    st.plotly_chart(data_days.figure(days), key="data_days", alt=days.words)
    if len(per_day):
        csv_download(per_day, "days.csv", "Rows per day as CSV", key="days_csv")
