"""The instance table: what one learns from, declared with widgets."""

from collections.abc import Sequence

import streamlit as st

from db.session import transaction
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.tables import ColumnType, FeatureTable, InstanceDraft, InstanceTable, Join
from mms.usecases.tables import declare_instances
from pages.parts.session import real_now
from pages.parts.told import told


def instance_section(
    member: Member, project: Project, tables: Sequence[FeatureTable], declared: InstanceTable | None
) -> None:
    """The declaration there is, in words, and the form to change it."""
    if not tables:
        st.markdown("Load a table first: the instance table is built from it.")
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
        f"One row of **{base}** for each {', '.join(declared.entity_key)}"
        + (f" at its **{declared.prediction_time}**" if declared.prediction_time else "")
        + f"; the target is **{declared.target}**, known "
        + (f"at **{declared.label_time}**." if declared.label_time else "at once."),
        f"Features known before: {', '.join(declared.features) or 'none'}.",
    ]
    for join in declared.joins:
        on = " and ".join(f"{left} = {right}" for left, right in join.on)
        how = "its latest row at or before the prediction time" if join.as_of else "its one row per key"
        lines.append(f"Joined with **{join.table_name}** on {on}: {how}.")
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
        "Target", names, _place(names, now and now.target), key=f"target_{base.id}", placeholder="choose a column"
    )
    entity = row[1].multiselect(
        "Entity key", names, list(now.entity_key if now else base.key), key=f"entity_{base.id}",
        help="which columns say what a case is about",
    )  # fmt: skip
    time = row[2].selectbox(
        "Prediction time", times, _place(times, now.prediction_time if now else base.time), key=f"time_{base.id}",
        placeholder="none", help="when the answer is needed: nothing later is joined",
    )  # fmt: skip
    label_time = row[3].selectbox(
        "Label known at", times, _place(times, now and now.label_time), key=f"label_time_{base.id}",
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
    joins = _joins(base, others, now)
    return InstanceDraft(base.name, target, tuple(entity), time, label_time, tuple(features), joins)


def _joins(base: FeatureTable, others: Sequence[FeatureTable], now: InstanceTable | None) -> tuple[Join, ...]:
    there = {join.table_id: join for join in now.joins} if now else {}
    joins = []
    for table in others:
        old = there.get(table.id)
        if not st.checkbox(f"Join **{table.name}**", value=old is not None, key=f"join_{base.id}_{table.id}"):
            continue
        row = st.columns(len(table.key) + 1)
        known = {right: left for left, right in old.on} if old else {}
        names = [column.name for column in base.columns]
        on = []
        for cell, key in zip(row, table.key, strict=False):
            left = cell.selectbox(
                f"{table.name}.{key} equals",
                names,
                _place(names, known.get(key, key)),
                key=f"on_{base.id}_{table.id}_{key}",
                placeholder="choose a column",
            )
            if left is not None:
                on.append((left, key))
        as_of = row[-1].toggle(
            "latest before the prediction time", value=old.as_of if old else table.time is not None,
            disabled=table.time is None, key=f"as_of_{base.id}_{table.id}",
            help="the joined table needs a time for this" if table.time is None else "never a row from the future",
        )  # fmt: skip
        joins.append(Join(table.id, table.name, tuple(on), as_of, old.columns if old else ()))
    return tuple(joins)


def _place(names: Sequence[str], name: str | None) -> int | None:
    return names.index(name) if name in names else None
