"""Snapshots: take one, and look at those there are: profile, warnings, rows."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from db.queries.snapshots import snapshot_file, snapshots
from db.queries.tables import get_table
from db.session import reading, transaction
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.snapshots import Extent, FoldKind, Selection, Snapshot
from mms.domain.tables import Column, Condition, InstanceTable, Operator, typed_value
from mms.settings import settings
from mms.usecases.snapshots import take_snapshot
from pages.parts.formatting import counted, day_words, time_words
from pages.parts.project import link_query
from pages.parts.session import real_now
from pages.parts.told import told

_NO_VALUE = (Operator.IS_NULL, Operator.NOT_NULL)


def snapshots_section(member: Member, project: Project, declared: InstanceTable | None) -> None:
    """The form, then the newest snapshot and those before it."""
    if declared is None:
        st.markdown("A snapshot freezes the instance table: declare that first.")
        return
    with told(), reading() as session:
        taken = snapshots(session, project.id)
        base = get_table(session, declared.base_table_id)
    if not taken:
        st.markdown("No snapshot yet. It freezes the rows as they are now, with 12 folds, so that results can be told.")
    _take(member, project, base.columns, declared, first=not taken)
    if taken:
        _chosen(project, taken)


def _take(member: Member, project: Project, columns: Sequence[Column], declared: InstanceTable, *, first: bool) -> None:
    with st.expander("Which rows, which folds", expanded=False):
        chosen = _options(columns, declared)
    if st.button(
        "Take snapshot & train…", type="primary", key="take_snapshot",
        help="Freezes the rows, deals them into 12 folds, then lets you choose what to train.",
    ):  # fmt: skip
        with told(stop=False):
            selection, folds = _selection(columns, chosen)
            with st.spinner("Joining, hashing and profiling the rows …"):
                made = take_snapshot(
                    transaction, member, project.id, selection, project.present(real_now()), fold_kind=folds
                )
            st.switch_page("train.py", query_params=link_query(project, snapshot=made.id))


def _options(columns: Sequence[Column], declared: InstanceTable) -> dict[str, Any]:
    row = st.columns(4)
    extents = [Extent.ALL, Extent.LAST_ROWS] if declared.prediction_time is None else list(Extent)
    extent = row[0].selectbox("Rows", extents, format_func=lambda e: e.value, key="extent")
    amount = None
    if extent is not Extent.ALL:
        amount = row[1].number_input("How many", 1, value=90 if extent is Extent.LAST_DAYS else 10_000, key="amount")
    sample = row[2].number_input("Sample (rows)", 1, value=None, key="sample", placeholder="all of them")
    seed = row[3].number_input("Seed", 0, value=0, key="snapshot_seed", help="of the sample and of the folds")
    timed = declared.prediction_time is not None
    kinds = [None, FoldKind.BY_TIME, FoldKind.STRATIFIED] if timed else [None, FoldKind.STRATIFIED, FoldKind.SHUFFLED]
    folds = st.selectbox(
        "Folds", kinds, format_func=lambda k: k.value if k else "as proposed" + (", by time" if timed else ""),
        key="folds", help="by time: each fold is validated on rows newer than it learned from",
    )  # fmt: skip
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
    return {"extent": extent, "amount": amount, "sample": sample, "seed": seed, "folds": folds, "filters": filters}


def _selection(columns: Sequence[Column], chosen: dict[str, Any]) -> tuple[Selection, FoldKind | None]:
    by_name = {column.name: column for column in columns}
    conditions = [
        _condition(by_name[line["column"]], Operator(line["operator"]), line["value"])
        for line in chosen["filters"].to_dict("records")
        if line["column"] in by_name and line["operator"]
    ]
    selection = Selection(
        extent=chosen["extent"],
        amount=None if chosen["amount"] is None else int(chosen["amount"]),
        conditions=tuple(conditions),
        sample=None if chosen["sample"] is None else int(chosen["sample"]),
        seed=int(chosen["seed"]),
    )
    return selection, chosen["folds"]


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


def _chosen(project: Project, taken: Sequence[Snapshot]) -> None:
    by_id = {snapshot.id: snapshot for snapshot in taken}
    chosen = by_id[st.selectbox("Snapshot", list(by_id), format_func=lambda i: by_id[i].name, key="shown_snapshot")]
    span = f" from {day_words(chosen.time_from)} to {day_words(chosen.time_to)}" if chosen.time_from else ""
    st.markdown(
        f"**{counted(chosen.row_count, 'row')}**{span}, {counted(len(chosen.schema), 'feature')}, "
        f"target **{chosen.target}** ({_target_words(chosen)}); 12 folds {chosen.fold_plan.kind.value}, "
        f"seed {chosen.fold_plan.seed}. Taken by {chosen.taken_by}, {time_words(chosen.created_at)}."
    )
    for warning in chosen.profile.warnings:
        st.warning(warning)
    st.dataframe(_profile_frame(chosen), hide_index=True, height="content", alt=f"profile of {chosen.name}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link("train.py", label="Train on it", query_params=link_query(project, snapshot=chosen.id))
        st.download_button(
            "Rows as Parquet", lambda: _parquet(chosen), f"snapshot-{chosen.number}.parquet", key="snapshot_parquet",
            on_click="ignore", icon="⬇",
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
