"""Triggers of a project: how far each is, and what came of those that fired."""

import streamlit as st

from db.queries.triggers import firings, triggers
from db.session import reading
from mms.domain.members import Member
from pages.parts.firing_table import firings_table
from pages.parts.project import chosen_project
from pages.parts.session import current_member, real_now
from pages.parts.told import told
from pages.parts.trigger_list import add_trigger, summary, trigger_card


def render(member: Member) -> None:
    """One sentence, one card a rule, the form for another, the firings."""
    st.title("Triggers")
    project = chosen_project(member)
    if project is None:
        return
    now = project.present(real_now())
    with told(), reading() as session:
        rows = triggers(session, project, now)
        fired = firings(session, project.id)
    st.markdown(summary(rows))
    for row in rows:
        trigger_card(member, row, now)
    add_trigger(member, project, now, first=not rows)
    st.header("Firings")
    firings_table(project, fired)


render(current_member())
