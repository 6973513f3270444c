"""Triggers of a project and what came of those that fired; other policies on the past; snapshots on a schedule."""

import streamlit as st

from db.queries.triggers import firings, triggers
from db.session import reading
from mms.domain.members import Member
from mms.domain.projects import Project
from pages.parts.firing_table import firings_table, paid_off
from pages.parts.project import chosen_project
from pages.parts.session import current_member, real_now
from pages.parts.snapshot_schedules import schedules_tab
from pages.parts.told import told
from pages.parts.trigger_list import add_trigger, summary, trigger_card

TABS = ("Triggers", "Back-test", "Schedules")


def render(member: Member) -> None:
    """Only the open tab is read."""
    st.title("Triggers")
    project = chosen_project(member)
    if project is None:
        return
    tabs = dict(zip(TABS, st.tabs(TABS, key="tab", on_change="rerun", bind="query-params"), strict=True))
    if tabs["Triggers"].open:
        with tabs["Triggers"]:
            _triggers(member, project)
    if tabs["Back-test"].open:
        with tabs["Back-test"]:
            from pages.parts.backtest_tab import backtest_tab

            backtest_tab(member, project)
    if tabs["Schedules"].open:
        with tabs["Schedules"]:
            schedules_tab(member, project, real_now())


def _triggers(member: Member, project: Project) -> None:
    """One sentence, one card a rule, the form for another, the firings."""
    now = project.present(real_now())
    with told(), reading() as session:
        rows = triggers(session, project, now)
        fired = firings(session, project.id)
    st.markdown(summary(rows))
    for row in rows:
        trigger_card(member, row, now)
    add_trigger(member, project, now, first=not rows)
    st.header("Firings")
    if fired:
        st.markdown(paid_off(fired))
    firings_table(project, fired)


render(current_member())
