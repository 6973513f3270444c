"""The chosen project: it stands in the address (`project=ID`), and is remembered while one walks from page to page."""

from typing import Any

import streamlit as st

from db.queries.projects import get_project, projects
from db.session import reading
from mms.domain.members import Member
from mms.domain.projects import Project
from pages.parts.model_view import forget_chosen
from pages.parts.session import id_in_url
from pages.parts.told import told

_PARAM = "project"
_KEPT = "kept_project"
_CHOICE = "project_choice"
_FILTERS: dict[str, Any] = {"where": "", "columns": []}
"""Widgets of the model table that name what another project may not have, and their empty values."""


def switcher(member: Member) -> dict[str, str]:
    """Draw the list of projects; return the query that keeps the chosen one in the addresses of links."""
    with reading() as session:
        names = {project.id: project.name for project in projects(session, member)}
    chosen = _chosen_id(list(names))
    if not names:
        st.caption("No project yet")
        return {}
    st.session_state[_CHOICE] = chosen if chosen in names else None
    st.selectbox("Project", list(names), format_func=names.__getitem__, key=_CHOICE, on_change=_switch)
    return {} if chosen is None else {_PARAM: str(chosen)}


def chosen_project(member: Member) -> Project | None:
    """The project the page is about; where there is none at all, say how to make one and return None."""
    with told(back=("projects.py", "All projects")), reading() as session:
        chosen = id_in_url(_PARAM, "project") or _chosen_id([p.id for p in projects(session, member)])
        found = None if chosen is None else get_project(session, member, chosen)
    if found is None:
        st.info("There is no project yet. One file and one column to predict are enough to begin.")
        st.page_link("data.py", label="Upload a file", icon=":material/upload_file:", query_params={"new": "file"})
        return None
    keep_project(found.id)
    return found


def keep_project(project_id: int) -> None:
    """Make it the chosen project: the page's subject belongs to it. A sidebar that shows another is drawn again."""
    st.session_state[_KEPT] = project_id
    if st.query_params.get(_PARAM) == str(project_id):
        return
    st.query_params[_PARAM] = str(project_id)
    if st.session_state.get(_CHOICE, project_id) != project_id:
        st.rerun()


def link_query(project: Project, **others: Any) -> dict[str, str]:
    """The query of a link within the project."""
    return {_PARAM: str(project.id)} | {name: str(value) for name, value in others.items()}


def _chosen_id(live: list[int]) -> int | None:
    """What the address says, else what was chosen before, else the first."""
    text = st.query_params.get(_PARAM, "")
    if text.isdecimal() and int(text) in live:
        return int(text)
    kept = st.session_state.get(_KEPT)
    return kept if kept in live else next(iter(live), None)


def _switch() -> None:
    """Another project: what else the address says was about the one before."""
    chosen = st.session_state[_CHOICE]
    if chosen is not None:
        st.session_state[_KEPT] = chosen
        st.query_params.from_dict({_PARAM: str(chosen)})
        forget_chosen()
        for key in _FILTERS.keys() & st.session_state.keys():
            st.session_state[key] = _FILTERS[key]
