"""The instance table: what one learns from, declared with widgets."""

from collections.abc import Sequence

import streamlit as st

from db.session import transaction
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.tables import ColumnType, FeatureTable, InstanceDraft, InstanceTable
from mms.usecases.tables import declare_instances
from pages.parts.data_joins import joins_of, place_of
from pages.parts.session import real_now
from pages.parts.tab_button import tab_button
from pages.parts.told import told


def instance_section(
    member: Member, project: Project, tables: Sequence[FeatureTable], declared: InstanceTable | None
) -> None:
    """The declaration there is, in words, and the form to change it."""
    if not tables:
        st.markdown("Load a table first: the instance table is built from it.")
        tab_button("Load a table", "Tables")
        return
    if declared is not None:
        st.markdown(_words(tables, declared))
    title = "Change what to learn from" if declared else "Declare what to learn from"
    with st.expander(title, expanded=not declared), told(stop=False):
        draft = _form(tables, declared)
        if draft is None:
            return
        kind = "secondary" if declared else "primary"
        if st.button("Declare", type=kind, key="declare", help="The next snapshot freezes these rows and columns."):
            with transaction() as session:
                declare_instances(session, member, project.id, draft, project.present(real_now()))
            st.rerun()


def _words(tables: Sequence[FeatureTable], declared: InstanceTable) -> str:
    base = next((t.name for t in tables if t.id == declared.base_table_id), "a deleted table")
    lines = [
        f"One row of **{as_text(base)}** for each {as_text(', '.join(declared.entity_key))}"
        + (f" at its **{as_text(declared.prediction_time)}**" if declared.prediction_time else "")
        + f"; the target is **{as_text(declared.target)}**, known "
        + (f"at **{as_text(declared.label_time)}**." if declared.label_time else "at once."),
        f"Features known before: {as_text(', '.join(declared.features)) or 'none'}.",
    ]
    for join in declared.joins:
        on = " and ".join(f"{left} = {right}" for left, right in join.on)
        how = "its latest row at or before the prediction time" if join.as_of else "its one row per key"
        lines.append(f"Joined with **{as_text(join.table_name)}** on {as_text(on)}: {how}.")
    return "\n\n".join(lines)


def _form(tables: Sequence[FeatureTable], declared: InstanceTable | None) -> InstanceDraft | None:
    """What the widgets declare; None until a target is chosen. Keys carry the base table: its columns differ."""
    by_name = {table.name: table for table in tables}
    first = next((i for i, t in enumerate(tables) if declared and t.id == declared.base_table_id), 0)
    base = by_name[st.selectbox("Base table", list(by_name), first, key="base", help="one row for each case")]
    now = declared if declared and declared.base_table_id == base.id else None
    names = [column.name for column in base.columns]
    times = [column.name for column in base.columns if column.type is ColumnType.TIME]
    row = st.columns(4)
    target = row[0].selectbox(
        "Target", names, place_of(names, now and now.target), key=f"target_{base.id}", placeholder="choose a column"
    )
    entity = row[1].multiselect(
        "Entity key", names, list(now.entity_key if now else base.key), key=f"entity_{base.id}",
        help="which columns say what a case is about",
    )  # fmt: skip
    time = row[2].selectbox(
        "Prediction time", times, place_of(times, now.prediction_time if now else base.time), key=f"time_{base.id}",
        placeholder="none", help="when the answer is needed: nothing later is joined",
    )  # fmt: skip
    label_time = row[3].selectbox(
        "Label known at", times, place_of(times, now and now.label_time), key=f"label_time_{base.id}",
        placeholder="at once", help="when the truth became known",
    )  # fmt: skip
    if target is None:
        st.caption("Choose the target: the column to predict.")
        return None
    possible = [name for name in names if name not in (target, time, label_time)]
    proposed = [f for f in now.features if f in possible] if now else [n for n in possible if n not in entity]
    features = st.multiselect(
        "Features", possible, proposed, key=f"features_{base.id}_{target}",
        help="columns that are known before the prediction time, and only those",
    )  # fmt: skip
    others = [table for table in tables if table.id != base.id]
    joins = joins_of(base, others, now)
    return InstanceDraft(base.name, target, tuple(entity), time, label_time, tuple(features), joins)
