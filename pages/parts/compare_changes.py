"""What changed from one model to another: every fact side by side, its sign and its word."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from db.queries.changes import changes_between
from db.session import reading
from mms.domain.changes import Changes
from mms.domain.members import Member
from mms.domain.models import Model
from mms.settings import settings


def what_changed(member: Member, models: Sequence[Model]) -> None:
    """From the older of the best two to the newer; of more than two models one chooses. models: best first."""
    named = {model.ranked.name: model for model in models}
    first, last = sorted(models[:2], key=lambda model: model.ranked.version)
    one, other = first.ranked.name, last.ranked.name
    if len(models) > 2:
        left, right = st.columns(2)
        names = list(named)
        one = left.selectbox("From", names, names.index(one), key="from", bind="query-params")
        other = right.selectbox("To", names, names.index(other), key="to", bind="query-params")
    if one == other:
        st.info("This is one model: choose another to see what changed.")
        return
    found = _changes(member, _state(named[one]), _state(named[other]))
    st.markdown(found.words)
    if found.identical:
        st.badge("identical artifact", icon=":material/equal:", color="green")
    everything = st.toggle("Also what is the same", key="same", bind="query-params")
    frame = changes_frame(found, everything=everything)
    if frame.empty:
        st.info("Nothing that is recorded differs.")
        return
    column = st.column_config.TextColumn
    st.dataframe(
        frame, hide_index=True, height="content", alt=found.words,
        column_config={
            "change": column("Change", width=90),
            "what": column("What", width=140),
        },
    )  # fmt: skip


def changes_frame(found: Changes, *, everything: bool) -> pd.DataFrame:
    """One row a fact; without `everything` only those that differ."""
    facts = found.facts if everything else found.differing
    return pd.DataFrame(
        [
            {
                "change": f"{fact.mark.value} {fact.mark.words}",
                "what": fact.what if fact.part == fact.what else f"{fact.what} · {fact.part}",
                found.one: fact.one,
                found.other: fact.other,
            }
            for fact in facts
        ]
    )


def _state(model: Model) -> tuple[int, int, datetime]:
    """Which model, on which rows, as it was last touched: what a comparison hangs on."""
    return model.id, model.ranked.snapshot_id, model.ranked.touched_at


@st.cache_data(max_entries=64, show_spinner="Comparing the rows of both snapshots …")
def _changes(_member: Member, one: tuple[int, int, datetime], other: tuple[int, int, datetime]) -> Changes:
    with reading() as session:
        return changes_between(session, _member, settings().cache, one[0], other[0])
