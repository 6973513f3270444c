"""Retrain: one button on every page that offers it."""

import streamlit as st

from db.session import transaction
from mms.domain.members import Member, Permission
from mms.domain.projects import Project
from mms.domain.promotions import GLOBAL
from mms.domain.runs import Retraining
from pages.parts.project import link_query
from pages.parts.session import real_now
from pages.parts.told import told


def retrain_button(member: Member, project: Project, *, key: str, scope: str = GLOBAL, primary: bool = False) -> None:
    """Retrain the scope's champion and follow the run, or say why that cannot be."""
    may = member.may(Permission.TRAIN)
    note = "Takes a new snapshot and fits the champion's search space on it; a few minutes on 2 cores."
    why = note if may else "You may not train: ask an administrator for the role of a scientist."
    if not st.button("Retrain now", key=key, disabled=not may, help=why, type="primary" if primary else "secondary"):
        return
    from mms.usecases.runs import retrain  # with scikit-learn, which the first page must not wait for

    with told(stop=False):
        with transaction() as session:
            run_id = retrain(session, member, Retraining(project.id, scope), real_now())
        st.switch_page("runs.py", query_params=link_query(project, run=run_id))
