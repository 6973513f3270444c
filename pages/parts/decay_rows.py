"""The answers behind periods of the decay chart: chosen by brushing it or by name, wrong ones first, page by page."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from db.queries.decay import DecayPage, DecayView
from db.queries.predictions import LOOKED_AT, Asked, worst_first
from db.session import reading
from mms.domain.decay import Grain
from mms.domain.projects import Project
from pages.parts.answers import answer_frame
from pages.parts.formatting import time_column

NONE = "none"
SHOWN = 25
"""Answers of one page."""


def choose_periods(grain: Grain, periods: Sequence[datetime]) -> None:
    """Put brushed periods into the choice of rows."""
    if periods:
        st.session_state["rows_from"] = grain.words(periods[0])
        st.session_state["rows_to"] = grain.words(periods[-1])
        st.session_state["rows_page"] = 1


def rows_behind_periods(project: Project, view: DecayView, page: DecayPage, periods: Sequence[datetime]) -> None:
    """The choice of periods, and a page of their answers."""
    names = {page.grain.words(period): period for period in periods}
    row = st.container(horizontal=True, vertical_alignment="bottom")
    first = row.selectbox(
        "Answers from", [NONE, *names], key="rows_from", bind="query-params", width=230, help="Or drag over the chart."
    )
    if first == NONE:
        st.query_params.pop("rows_to", None)
        return
    later = [name for name in names if names[name] >= names[first]]
    with row:
        last = _last(later)
    until = page.grain.next_of(names[last])
    chosen = [p for p in page.points if names[first] <= p.period < until]
    count = sum(p.n for p in chosen)
    known = sum(p.labelled for p in chosen)
    among = f", of the {LOOKED_AT:,} worst of all segments" if view.segment else ""
    st.markdown(f"**{count:,} answers**, the truth of {known:,} is known; wrong ones first{among}.")
    pages = max(1, -(-count // SHOWN))
    at = st.pagination(pages, key="rows_page", bind="query-params") if pages > 1 else 1
    with reading() as session:
        asked = Asked(view.scope, names[first], until, view.segment)
        found = worst_first(session, project.id, asked, SHOWN, (at - 1) * SHOWN)
    st.dataframe(
        answer_frame(found), key="period_rows", hide_index=True, alt="answers of the chosen periods, wrong ones first",
        column_config={"as of": time_column("as of"), "score": st.column_config.NumberColumn(format="%.3f")},
    )  # fmt: skip


def _last(periods: Sequence[str]) -> str:
    """The last of the periods. A bound choice that a brush brings forth with its value leaves the address as it was."""
    if st.session_state.setdefault("rows_to", st.query_params.get("rows_to")) not in periods:
        st.session_state["rows_to"] = periods[0]
    chosen = st.selectbox("to", periods, key="rows_to", width=230)
    st.query_params["rows_to"] = chosen
    return chosen
