"""Which snapshot to fit on."""

from collections.abc import Sequence

import streamlit as st

from mms.domain.errors import NotFound
from mms.domain.markdown import as_text
from mms.domain.snapshots import Snapshot
from pages.parts.formatting import counted
from pages.parts.session import id_in_url


def snapshot_of_address(taken: Sequence[Snapshot]) -> Snapshot:
    """The snapshot that the address names (`snapshot=ID`), else the newest; NotFound where it is none of them."""
    wanted = id_in_url("snapshot", "snapshot")
    if wanted is None:
        return taken[0]
    for snapshot in taken:
        if snapshot.id == wanted:
            return snapshot
    raise NotFound(f"The project has no snapshot {wanted}: choose one on the data page.")


def snapshot_choice(taken: Sequence[Snapshot]) -> Snapshot:
    """The snapshot to fit on, to choose: the address names it, else the newest."""
    by_id = {snapshot.id: snapshot for snapshot in taken}
    ids = list(by_id)

    def write() -> None:
        st.query_params["snapshot"] = str(st.session_state["snapshot_choice"])

    chosen = st.selectbox(
        "Snapshot",
        ids,
        index=ids.index(snapshot_of_address(taken).id),
        format_func=lambda id_: by_id[id_].name,
        key="snapshot_choice",
        on_change=write,
        label_visibility="collapsed",
    )
    snapshot = by_id[chosen]
    st.caption(
        f"{snapshot.row_count:,} rows, {counted(len(snapshot.schema), 'feature')}, target {as_text(snapshot.target)}; "
        f"{snapshot.fold_plan.words}"
    )
    for warning in snapshot.profile.warnings:
        st.warning(as_text(warning), icon=":material/warning:")
    return snapshot
