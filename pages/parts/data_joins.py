"""The joins of an instance table, declared with widgets."""

from collections.abc import Sequence

import streamlit as st

from mms.domain.tables import FeatureTable, InstanceTable, Join


def joins_of(base: FeatureTable, others: Sequence[FeatureTable], now: InstanceTable | None) -> tuple[Join, ...]:
    """Which of the other tables are joined to the base table, and how."""
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
                place_of(names, known.get(key, key)),
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


def place_of(names: Sequence[str], name: str | None) -> int | None:
    """Where a select box begins: at that name, or with nothing chosen."""
    return names.index(name) if name in names else None
