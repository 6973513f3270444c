"""The buttons under a run."""

import streamlit as st

from db.session import transaction
from mms.domain.jobs import JobState
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.runs import Run
from mms.usecases.runs import cancel_run, retry_run
from pages.parts.project import link_query
from pages.parts.scope_choice import scope_address
from pages.parts.search_choice import address_of
from pages.parts.session import real_now
from pages.parts.told import told


def run_buttons(member: Member, project: Project, run: Run, has_models: bool) -> None:
    """What one may do with a run: see its models, stop it, try it again, launch it again with edits."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if has_models and run.state.is_final and st.button("See its models", type="primary"):
            st.switch_page("models.py", query_params=link_query(project, where=f"run = {run.number}"))
        if not run.state.is_final and st.button("Stop", help="Finished models stay."):
            with told(stop=False), transaction() as session:
                cancel_run(session, member, run.id, real_now())
                st.toast("Stopping: the fit under way is given up within seconds; finished folds and models stay.")
        stopped = run.state in (JobState.FAILED, JobState.CANCELLED)
        if stopped and st.button("Try again", help="Finished folds are kept."):
            with told(stop=False):
                with transaction() as session:
                    retry_run(session, member, run.id, real_now())
                st.rerun()
        seed = {"seed": run.seed} if run.seed else {}
        again = link_query(project, again=run.id, **seed, **address_of(run.search), **scope_address(run.scope))
        st.page_link("train.py", label="Run again with edits", query_params=again)
