"""The form that takes a snapshot: rows, sample, folds, conditions."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from db.session import transaction
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.snapshots import Extent, Selection
from mms.domain.tables import Column, InstanceTable
from mms.usecases.snapshots import take_snapshot
from pages.parts.conditions import conditions_editor, conditions_of
from pages.parts.dealing_form import dealing_form
from pages.parts.project import link_query
from pages.parts.session import real_now
from pages.parts.told import told


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
    filters = conditions_editor(columns, "conditions")
    return {"extent": extent, "amount": amount, "sample": sample, "seed": seed, "dealing": dealing, "filters": filters}


def _selection(columns: Sequence[Column], chosen: dict[str, Any]) -> Selection:
    return Selection(
        extent=chosen["extent"],
        amount=None if chosen["amount"] is None else int(chosen["amount"]),
        conditions=conditions_of(columns, chosen["filters"]),
        sample=None if chosen["sample"] is None else int(chosen["sample"]),
        seed=int(chosen["seed"]),
    )
