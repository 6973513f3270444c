"""Saved views of the model table: opened, saved under a name, shared, deleted."""

from urllib.parse import urlencode

import streamlit as st

from db.queries.views import saved_views
from db.session import reading, transaction
from mms.domain.members import Member, Permission
from mms.domain.projects import Project
from mms.domain.views import SavedView, ViewDraft, ViewPage
from mms.usecases.views import delete_view, save_view
from pages.parts.model_view import first_page
from pages.parts.session import real_now
from pages.parts.told import told

_TICKED = ("turned", "archived", "differ")
"""Widgets of the table that are on or off; beside them, a view is its filter, its sort and its columns."""


def views(member: Member, project: Project) -> None:
    """Draw the views one may open, and the form that saves what is shown now."""
    with reading() as session:
        found = saved_views(session, member, project.id, ViewPage.MODELS)
    for view in found:
        _view(member, project, view)
    if not found:
        st.markdown("No view is saved yet. A view is the filter, the sort and the columns under a name.")
    with st.form("save_view", border=False):
        name = st.text_input("Save what is shown as", key="view_name", placeholder="good and quick")
        may = member.may(Permission.TRAIN)
        shared = st.checkbox("For everybody", disabled=not may, help=None if may else "This takes the right to train.")
        if st.form_submit_button("Save the view"):
            with told(stop=False):
                with transaction() as session:
                    save_view(session, member, project.id, _draft(project, name, shared=shared), real_now())
                st.rerun()


def _view(member: Member, project: Project, view: SavedView) -> None:
    link, button = st.columns([4, 1], vertical_alignment="center")
    words = f"{view.name} ({'shared' if view.is_shared else 'yours'})"
    link.button(words, key=f"view_{view.id}", type="tertiary", on_click=_open, args=(project, view))
    may = view.owner == member.name or member.may(Permission.MANAGE)
    why = "Delete this view" if may else f"It belongs to {view.owner}."
    if button.button(":material/delete:", key=f"delete_view_{view.id}", disabled=not may, help=why):
        with told(stop=False):
            with transaction() as session:
                delete_view(session, member, view.id)
            st.rerun()


def _draft(project: Project, name: str, *, shared: bool) -> ViewDraft:
    state = st.session_state
    pairs = [("where", state["where"])] if state["where"] else []
    pairs += [("sort", state["sort"])] if state["sort"] != project.primary_metric else []
    pairs += [(key, "true") for key in _TICKED if state[key]] + [("columns", column) for column in state["columns"]]
    return ViewDraft(ViewPage.MODELS, name, urlencode(pairs), shared)


def _open(project: Project, view: SavedView) -> None:
    """Put the widgets, and with them the address, where the view has them; for a button's on_click."""
    said, state = view.parameters, st.session_state
    state["where"] = said.get("where", [""])[0]
    state["sort"] = said.get("sort", [project.primary_metric])[0]
    state["columns"] = said.get("columns", [])
    for key in _TICKED:
        state[key] = said.get(key) == ["true"]
    first_page()
