"""Retrain: one button on every page that offers it."""

import streamlit as st

from db.queries.promotions import find_champion
from db.queries.runs import get_run
from db.session import reading, transaction
from mms.domain.members import Member, Permission
from mms.domain.projects import Project
from mms.domain.promotions import GLOBAL
from mms.domain.runs import Retraining
from pages.parts.formatting import seconds
from pages.parts.project import link_query
from pages.parts.session import real_now
from pages.parts.told import told


def retrain_button(member: Member, project: Project, *, key: str, scope: str = GLOBAL, primary: bool = False) -> None:
    """Retrain the scope's champion and follow the run, or say why that cannot be."""
    may = member.may(Permission.TRAIN)
    why = _cost(project, scope) if may else "You may not train: ask an administrator for the role of a scientist."
    if not st.button("Retrain now", key=key, disabled=not may, help=why, type="primary" if primary else "secondary"):
        return
    from mms.usecases.runs import retrain  # with scikit-learn, which the first page must not wait for

    with told(stop=False):
        with transaction() as session:
            run_id = retrain(session, member, Retraining(project.id, scope), real_now())
        st.switch_page("runs.py", query_params=link_query(project, run=run_id))


def _cost(project: Project, scope: str) -> str:
    """What it fits, and how long that took the champion's own run."""
    words = "Takes a new snapshot and fits the champion's search space on it"
    with reading() as session:
        champion = find_champion(session, project.id, scope)
        run = None if champion is None else get_run(session, champion.model.run_id)
    if run is None:
        return f"{words}."
    took = run.started_at and run.finished_at and (run.finished_at - run.started_at).total_seconds()
    long = f", which took run {run.number} {seconds(took)}" if took else ""
    return f"{words}: about {run.fits:,} fits{long}."
