"""The tab "Back-test": other policies on the past, before one is switched on."""

import streamlit as st

from db.queries.backtests import backtests
from db.session import reading
from mms.domain.backtests import Backtest
from mms.domain.jobs import JobState
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.projects import Project
from pages.parts.backtest_job import follow, new_backtest
from pages.parts.backtest_replays import replays_section
from pages.parts.told import told


def backtest_tab(member: Member, project: Project) -> None:
    """What the policies would have done on the chosen back-test, then the form for another."""
    with told(), reading() as session:
        found = backtests(session, project.id)
    if not found:
        st.markdown(
            "Nobody has replayed this project's past yet. A back-test fits one model at the end of each past period, "
            "once; then every retraining policy can be tried on it, at no further fit."
        )
    for waiting in (one for one in found if not one.state.is_final):
        follow(member, waiting)
    done = {one.id: one for one in found if one.state is JobState.SUCCEEDED}
    if done:
        replays_section(member, project, _chosen(done))
    for ended in found[:1]:
        if ended.state is JobState.FAILED:
            st.error(as_text(f"Back-test {ended.id} failed: {ended.error}"))
        elif ended.state is JobState.CANCELLED:
            st.info(as_text(f"Somebody stopped {ended.name}. Ask for it again below: it goes on from there."))
    new_backtest(member, project, first=not found)


def backtest_link(*, key: str) -> None:
    """From a trigger's card to what its rule would have done: opens the tab on the same page."""
    st.button("Test on the past", key=key, help="What this rule would have done before.", on_click=_open)


def _open() -> None:
    st.session_state["tab"] = "Back-test"


def _chosen(done: dict[int, Backtest]) -> Backtest:
    if len(done) == 1:
        return next(iter(done.values()))
    names = {one.name: one for one in done.values()}
    return names[st.selectbox("Back-test", list(names), key="backtest", bind="query-params")]
