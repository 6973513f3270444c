"""The form that takes a snapshot: rows, sample, folds, conditions."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from db.session import transaction
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.snapshots import Extent, Selection
from mms.domain.tables import Column, Condition, InstanceTable, Operator, typed_value
from mms.usecases.snapshots import take_snapshot
from pages.parts.dealing_form import dealing_form
from pages.parts.project import link_query
from pages.parts.session import real_now
from pages.parts.told import told

_NO_VALUE = (Operator.IS_NULL, Operator.NOT_NULL)


def snapshot_form(member: Member, project: Project, columns: Sequence[Column], declared: InstanceTable) -> None:
    """Which rows and folds, and the button that freezes them and goes on to training."""
    with st.expander("Which rows, which folds", expanded=False):
        chosen = _options(project, columns, declared)
    if st.button(
        "Take snapshot & train…", type="primary", key="take_snapshot",
        help="Freezes the rows, deals them into 12 folds, then lets you choose what to train.",
    ):  # fmt: skip
        with told(stop=False):
            selection = _selection(columns, chosen)
            with st.spinner("Joining, hashing and profiling the rows …"):
                made = take_snapshot(
                    transaction, member, project.id, selection, project.present(real_now()), chosen["dealing"]
                )
            st.switch_page("train.py", query_params=link_query(project, snapshot=made.id))


def _options(project: Project, columns: Sequence[Column], declared: InstanceTable) -> dict[str, Any]:
    row = st.columns(4)
    extents = [Extent.ALL, Extent.LAST_ROWS] if declared.prediction_time is None else list(Extent)
    extent = row[0].selectbox("Rows", extents, format_func=lambda e: e.value, key="extent")
    amount = None
    if extent is not Extent.ALL:
        amount = row[1].number_input("How many", 1, value=90 if extent is Extent.LAST_DAYS else 10_000, key="amount")
    sample = row[2].number_input("Sample (rows)", 1, value=None, key="sample", placeholder="all of them")
    seed = row[3].number_input(
        "Seed", 0, value=0, key="snapshot_seed", help="of the sample, the hold-out and the folds"
    )
    groups = [column.name for column in columns if column.name != declared.target]
    timed = declared.prediction_time is not None
    dealing = dealing_form(project.policy.dealing, "snapshot", groups, timed=timed)
    st.caption("Filter: only rows for which every condition holds.")
    filters = st.data_editor(
        pd.DataFrame({"column": pd.Series(dtype=str), "operator": pd.Series(dtype=str), "value": pd.Series(dtype=str)}),
        num_rows="dynamic",
        key="conditions",
        column_config={
            "column": st.column_config.SelectboxColumn("Column", options=[c.name for c in columns], required=True),
            "operator": st.column_config.SelectboxColumn("Is", options=[o.value for o in Operator], required=True),
            "value": st.column_config.TextColumn("Value", help="several, separated by commas, after 'in'"),
        },
    )
    return {"extent": extent, "amount": amount, "sample": sample, "seed": seed, "dealing": dealing, "filters": filters}


def _selection(columns: Sequence[Column], chosen: dict[str, Any]) -> Selection:
    by_name = {column.name: column for column in columns}
    conditions = [
        _condition(by_name[line["column"]], Operator(line["operator"]), line["value"])
        for line in chosen["filters"].to_dict("records")
        if line["column"] in by_name and line["operator"]
    ]
    return Selection(
        extent=chosen["extent"],
        amount=None if chosen["amount"] is None else int(chosen["amount"]),
        conditions=tuple(conditions),
        sample=None if chosen["sample"] is None else int(chosen["sample"]),
        seed=int(chosen["seed"]),
    )


def _condition(column: Column, operator: Operator, text: Any) -> Condition:
    if operator in _NO_VALUE:
        return Condition(column.name, operator)
    words = "" if text is None or pd.isna(text) else str(text).strip()
    if operator is Operator.IN:
        return Condition(column.name, operator, [_plain(column, part.strip()) for part in words.split(",")])
    return Condition(column.name, operator, _plain(column, words))


def _plain(column: Column, text: str) -> Any:
    value = typed_value(column, text)
    return value.isoformat() if hasattr(value, "isoformat") else value
