"""Projects: which there are, a new one, and what can be changed of each."""

import streamlit as st

from db.queries.projects import projects
from db.session import reading
from mms.domain.members import Member
from pages.parts.formatting import counted
from pages.parts.project_form import create_form, project_card
from pages.parts.session import current_member, real_now
from pages.parts.told import told


def render(member: Member) -> None:
    """One sentence, one card a project, the form for an empty one."""
    st.title("Projects")
    archived = st.toggle("Show archived", key="archived", bind="query-params")
    with told(), reading() as session:
        found = projects(session, member, archived=archived)
    hidden = sum(project.archived_at is not None for project in found)
    tail = f", {hidden} of them archived" if hidden else ""
    st.markdown(f"{counted(len(found), 'project')}{tail}." if found else "There is no project yet.")
    now = real_now()
    for project in found:
        project_card(member, project, now)
    create_form(member, now, first=not found)


render(current_member())
