"""New versions of a model: refitted on all rows, or updated with what became known since."""

import streamlit as st
from sqlalchemy.orm import Session

from db.session import transaction
from mms.domain.members import Member, Permission
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.usecases.refits import new_rows, refit_model, update_model, why_no_refit
from pages.parts.formatting import counted
from pages.parts.project import link_query
from pages.parts.session import real_now
from pages.parts.told import told

_NO_ROLE = "You may not train: ask an administrator for the role of a scientist."


def refit_button(session: Session, member: Member, project: Project, model: Model, *, key: str) -> None:
    """One more fit of the same triple on all rows, or why that cannot be."""
    why = why_no_refit(session, model) if member.may(Permission.TRAIN) else _NO_ROLE
    tip = "One fit on all rows, those of the hold-out too; a new version with the same folds and scores."
    if st.button("Refit on all rows", key=key, disabled=why is not None, help=_sentence(why) or tip):
        with told(stop=False):
            with transaction() as writing:
                run_id = refit_model(writing, member, model.id, real_now())
            st.switch_page("runs.py", query_params=link_query(project, run=run_id))


def update_button(session: Session, member: Member, project: Project, model: Model, *, key: str) -> None:
    """Go on by partial_fit with the rows labelled since, or why that cannot be."""
    found = new_rows(session, model, project.present(real_now()))
    why = found.why_not if member.may(Permission.TRAIN) else _NO_ROLE
    rows = f" with {counted(found.rows, 'new row')}" if found.rows else ""
    tip = "Takes a snapshot of the rows since, and goes on learning where this model stopped; a new version."
    if st.button(f"Update{rows}", key=key, disabled=why is not None, help=_sentence(why) or tip):
        with told(stop=False):
            with transaction() as writing:
                run_id = update_model(writing, member, model.id, real_now())
            st.switch_page("runs.py", query_params=link_query(project, run=run_id))


def _sentence(why: str | None) -> str | None:
    return None if why is None else f"{why[:1].upper()}{why[1:].rstrip('.')}."
