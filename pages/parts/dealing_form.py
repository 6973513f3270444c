"""How rows are dealt: folds, their group, and the hold-out. For one snapshot, or as a project's policy."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mms.domain.snapshots import Dealing, FoldKind, HoldoutKind, HoldoutPlan

HOLDOUT_HELP = (
    "rows that no fold and no final fit sees; they are opened once for each model that is promoted, and each opening "
    "is counted and shown"
)


def dealing_form(initial: Dealing, key: str, groups: Sequence[str] | None, *, timed: bool) -> Dealing:
    """Widgets for a dealing; Invalid where it lacks its column. groups: columns to choose from, None takes any name."""
    row = st.columns(4) if groups is not None else [*st.columns(2), *st.columns(2)]  # a policy stands in a narrow place
    kinds = [None, *(kind for kind in FoldKind if timed or kind is not FoldKind.BY_TIME)]
    kind = row[0].selectbox(
        "Folds", kinds, kinds.index(initial.kind) if initial.kind in kinds else 0, key=f"folds_{key}",
        format_func=lambda k: k.value if k else "as suits the rows" + (", by time" if timed and groups else ""),
        help="by time: each fold is validated on rows newer than it learned from; by group: rows of one group never "
        "lie on both sides of a fold",
    )  # fmt: skip
    group = None
    if kind is FoldKind.BY_GROUP:
        group = _group(row[1], initial.group, key, groups)
    takes = [None, *(take for take in HoldoutKind if timed or take is not HoldoutKind.NEWEST)]
    before = initial.holdout.kind if initial.holdout else None
    take = row[2].selectbox(
        "Hold-out", takes, takes.index(before) if before in takes else 0, key=f"holdout_{key}",
        format_func=lambda t: f"{t.value} rows" if t else "none", help=HOLDOUT_HELP,
    )  # fmt: skip
    if take is None:
        return Dealing(kind, group)
    share = initial.holdout.share if initial.holdout else HoldoutPlan(take).share
    percent = row[3].number_input("of the rows, %", 1.0, 50.0, 100 * share, 1.0, key=f"holdout_share_{key}")
    return Dealing(kind, group, HoldoutPlan(take, round(percent / 100, 6)))


def _group(place: DeltaGenerator, initial: str | None, key: str, groups: Sequence[str] | None) -> str:
    words = "rows with one value of this column stay together; a row without a value is a group of its own"
    if groups is None:
        return place.text_input("Group column", initial or "", key=f"group_{key}", help=words).strip()
    options = list(groups)
    index = options.index(initial) if initial in options else 0
    return place.selectbox("Group column", options, index, key=f"group_{key}", help=words) or ""
