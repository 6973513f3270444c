"""Projects on screen: cards to edit, archive and delete, and the form for a new one."""

from datetime import datetime

import streamlit as st

from db.session import transaction
from mms.domain.markdown import as_text, safe_markdown
from mms.domain.members import Member
from mms.domain.projects import Project, ProjectChanges, ProjectDraft, Task
from mms.domain.scores import METRICS, metrics_of
from mms.usecases.projects import (
    archive_project,
    create_project,
    delete_project,
    edit_project,
    unarchive_project,
)
from pages.parts.formatting import day_words, metric_help
from pages.parts.policy_form import policy_form
from pages.parts.project import link_query
from pages.parts.told import told


def project_card(member: Member, project: Project, now: datetime) -> None:
    """Name, task and metric; open, edit, archive, delete."""
    metric = METRICS[project.primary_metric]
    with st.container(border=True, key=f"project_{project.id}"):
        demo = " :blue-badge[demo]" if project.is_demo else ""
        away = " :gray-badge[– archived]" if project.archived_at else ""
        st.header(f"{as_text(project.name)}{demo}{away}")
        if project.description:
            st.markdown(safe_markdown(project.description))
        positive = f", positive class {project.positive_class}" if project.positive_class else ""
        clock = f" · its present is {day_words(project.clock)}" if project.clock else ""
        st.caption(
            f"{project.task.value}{positive} · ranked by {metric.label} · owner {project.owner} · "
            f"since {day_words(project.created_at)}{clock}",
            help=metric_help(metric),
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            if not project.archived_at:
                st.page_link("data.py", label="Open", query_params=link_query(project))
            with st.popover("Edit"):
                _edit(member, project)
            if st.button("Bring back" if project.archived_at else "Archive", key=f"archive_{project.id}"):
                _archive(member, project, now)
            with st.popover("Delete"):
                _delete(member, project, now)


def create_form(member: Member, now: datetime, *, first: bool) -> None:
    """From a file, or empty."""
    st.page_link(
        "data.py", label="New project from a file", icon=":material/upload_file:", query_params={"new": "file"}
    )
    with st.expander("New, empty project", expanded=first), told(stop=False):
        name = st.text_input("Name", key="project_name")
        task = st.selectbox("Task", list(Task), format_func=lambda t: t.value, key="project_task")
        positive = None
        if task is Task.BINARY:
            positive = st.text_input(
                "Positive class", key="project_positive", help="the class one looks for, as text",
                placeholder="the rarer class of the first rows",
            )  # fmt: skip
        if st.button("Create", type="primary" if first else "secondary", key="project_create"):
            with transaction() as session:
                made = create_project(
                    session, member, ProjectDraft(name, task, positive_class=(positive or "").strip() or None), now
                )
            st.switch_page("data.py", query_params=link_query(made, tab="Tables"))


def _edit(member: Member, project: Project) -> None:
    own = project.id
    metrics = [metric.name for metric in metrics_of(project.task)]
    name = st.text_input("Name", project.name, key=f"name_{own}")
    description = st.text_area("Description", project.description, key=f"description_{own}")
    owner = st.text_input("Owner", project.owner, key=f"owner_{own}")
    primary = st.selectbox(
        "Primary metric", metrics, metrics.index(project.primary_metric), key=f"metric_{own}",
        format_func=lambda m: METRICS[m].label, help=metric_help(METRICS[project.primary_metric]),
    )  # fmt: skip
    positive = None
    if project.task is Task.BINARY:
        known = project.positive_class or ""
        typed = st.text_input(
            "Positive class", known, key=f"positive_{own}", help="it stays once a snapshot or a model was made with it"
        )
        positive = typed if typed != known else None
    with told(stop=False):
        policy = policy_form(member, project)
        if st.button("Save", key=f"save_{own}", type="primary"):
            with transaction() as session:
                changes = ProjectChanges(name, description, primary, policy, owner, positive)
                edit_project(session, member, project.id, changes)
            st.rerun()


def _archive(member: Member, project: Project, now: datetime) -> None:
    with told(stop=False):
        with transaction() as session:
            if project.archived_at:
                unarchive_project(session, member, project.id)
            else:
                archive_project(session, member, project.id, now)
        st.rerun()


def _delete(member: Member, project: Project, now: datetime) -> None:
    st.markdown("Deletes the project with its tables, snapshots and models, and stops its jobs.")
    typed = st.text_input("Type its name to confirm", key=f"confirm_{project.id}")
    sure = typed.strip() == project.name
    why = "This cannot be undone here." if sure else f"Type '{project.name}' above first."
    if st.button("Delete for good", key=f"delete_{project.id}", disabled=not sure, help=why):
        with told(stop=False):
            with transaction() as session:
                delete_project(session, member, project.id, now)
            st.rerun()
