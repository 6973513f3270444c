"""Alerts: what asks for somebody, in all projects or in one; where alerts go, and what was sent."""

import streamlit as st

from db.queries.alerts import alerts
from db.session import reading
from mms.domain.markdown import as_text
from mms.domain.members import Member
from pages.parts.alert_card import alert_card
from pages.parts.alert_channels import channels_section
from pages.parts.formatting import counted
from pages.parts.project import chosen_project
from pages.parts.session import current_member, real_now
from pages.parts.told import told

_TEACHES = (
    "An alert is raised when a champion decays (surely, or by estimate), when what it is asked drifts, when labels "
    "stop, when a trigger cannot retrain, when a retraining waits for a yes, and when no worker is seen. A worker "
    "looks each minute; none is raised twice, and each is over by itself when its cause is gone."
)


def render(member: Member) -> None:
    """The sentence, one card an alert, the channels."""
    st.title("Alerts")
    project = chosen_project(member)
    if project is None:
        return
    with st.container(horizontal=True):
        everywhere = st.toggle("All projects", key="all", bind="query-params")
        everything = st.toggle("Those that are over too", key="over", bind="query-params")
    now, where = real_now(), "all projects" if everywhere else f"**{as_text(project.name)}**"
    with told(), reading() as session:
        found = alerts(session, member, now, None if everywhere else project.id, everything=everything)
    asking = sum(alert.asks(now) for alert in found)
    said = f"{counted(asking, 'alert')} of {where} {'asks' if asking == 1 else 'ask'} for somebody."
    st.markdown(said if asking else f"Nothing asks for somebody in {where}.")
    if not found:
        st.info(_TEACHES)
    for alert in found:
        alert_card(member, alert, now)
    channels_section(member, project, now)


render(current_member())
