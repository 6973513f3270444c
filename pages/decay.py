"""Decay: what the champion's score did since it was seated, why, and what to do about it."""

import streamlit as st

from db.queries.decay import DecayPage
from mms.domain.members import Member
from mms.domain.projects import Project
from pages.parts.decay_age import ages_tab
from pages.parts.decay_chart import decay_chart, model_colours, read_page
from pages.parts.decay_promises import promises_tab
from pages.parts.decay_segments import segments_tab
from pages.parts.decay_view import decay_view
from pages.parts.decay_why import why_tab
from pages.parts.decay_words import headline
from pages.parts.drift_tab import drift_tab
from pages.parts.firing_table import evidence_words
from pages.parts.formatting import time_words, utc_help
from pages.parts.labels_tab import labels_tab
from pages.parts.project import chosen_project, link_query
from pages.parts.replay import replay_bar
from pages.parts.retrain import retrain_button
from pages.parts.session import current_member
from pages.parts.told import told

TABS = ("Decay", "Age", "Segments", "Drift", "Promised", "Why", "Labels")
OF_CHAMPION = ("Drift", "Why")
"""Tabs that need a champion to tell anything."""


@st.fragment
def render() -> None:
    """The sentence, the button, then the open tab; of all others nothing is read.

    A fragment: another metric or another tab does not draw the menu again, which is as much as the chart. So it asks
    each time who looks and what they may do.
    """
    st.title("Decay")
    with told():
        member = current_member()
    project = chosen_project(member)
    if project is None:
        return
    top = st.container()
    view = decay_view(project)
    with told():
        page = read_page(project, view)
    with top:
        _top(member, project, page, view.scope)
    tabs = dict(zip(TABS, st.tabs(TABS, key="tab", on_change="rerun", bind="query-params"), strict=True))
    shown = next((name for name, tab in tabs.items() if tab.open), TABS[0])
    with tabs[shown], told(stop=False):
        if shown == "Decay":
            decay_chart(project, view, page)
            _firings(project, page)
        elif shown in OF_CHAMPION and page.champion is None:
            st.markdown("This tells of the champion, and there is none yet: promote a model first.")
        elif shown == "Drift":
            drift_tab(member, project, page.champion.model.id)
        elif shown == "Age":
            ages_tab(project, view, model_colours(page))
        elif shown == "Promised":
            promises_tab(project, view)
        elif shown == "Why":
            why_tab(member, project, view.scope)
        elif shown == "Labels":
            labels_tab(member, project, view)
        else:
            segments_tab(project, view)


def _top(member: Member, project: Project, page: DecayPage, scope: str) -> None:
    st.markdown(headline(page))
    if page.champion is None:
        st.page_link("models.py", label="Choose a model to promote", query_params=link_query(project))
    else:
        retrain_button(member, project, key="retrain", scope=scope, primary=True)
    replay_bar(member, project, champion=page.champion is not None)


def _firings(project: Project, page: DecayPage) -> None:
    st.header("Triggers that fired")
    if not page.firings:
        st.markdown("None yet.")
        st.page_link("triggers.py", label="See the triggers and how far they are", query_params=link_query(project))
    for firing in page.firings:
        text, link = st.columns([4, 1])
        outcome = f": {firing.outcome.rstrip('.')}" if firing.outcome else ""
        words = f"▲ **{time_words(firing.fired_at)}**, {firing.name}{outcome}. {evidence_words(firing)}"
        text.markdown(words, help=utc_help(firing.fired_at))
        if firing.run_id is not None:
            link.page_link("runs.py", label="Its run", query_params=link_query(project, run=firing.run_id))


render()
