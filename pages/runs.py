"""Runs of a project; with `?run=ID` one of them, live."""

import streamlit as st

from db.queries.runs import run_page, runs
from db.session import reading
from mms.domain.members import Member
from mms.domain.subjects import Subject, SubjectKind
from pages.parts.discussed import discussed
from pages.parts.project import chosen_project, keep_project, link_query
from pages.parts.run_live import follow_run
from pages.parts.run_table import run_table, summary
from pages.parts.session import current_member, id_in_url, real_now
from pages.parts.told import told


def render(member: Member) -> None:
    """One run where the address names it, else the list."""
    with told():
        chosen = id_in_url("run", "run")
    if chosen is None:
        _list(member)
    else:
        _one(member, chosen)


def _list(member: Member) -> None:
    st.title("Runs")
    project = chosen_project(member)
    if project is None:
        return
    with told(), reading() as session:
        launched = runs(session, project.id)
    st.markdown(summary(project, launched))
    if launched:
        run_table(project, launched, real_now())
    else:
        st.markdown("A run fits a set of triples (recipe, algorithm, hyperparameters) on one snapshot, 12 + 1 times.")
    if st.button("Train models", type="secondary" if launched else "primary"):
        st.switch_page("train.py", query_params=link_query(project))


def _one(member: Member, run_id: int) -> None:
    with told(), reading() as session:
        page = run_page(session, run_id)
    keep_project(page.run.project_id)
    st.page_link(
        "runs.py", label="All runs", icon=":material/arrow_back:", query_params={"project": str(page.run.project_id)}
    )
    st.title(f"Run {page.run.number}")
    follow_run(member, page)
    discussed(member, Subject(SubjectKind.RUN, page.run.id))


render(current_member())
