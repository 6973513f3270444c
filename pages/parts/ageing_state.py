"""Where a model stands in its life: age and rank; what a retired or purged one is told to do."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from db.queries.ageing import Retired, retired_models, standing_of
from db.session import transaction
from mms.domain.markdown import as_text
from mms.domain.members import Member, Permission
from mms.domain.models import Model, ModelState
from mms.domain.projects import Project
from pages.parts.formatting import age, day_words, time_column
from pages.parts.model_frame import STATE_WORDS
from pages.parts.project import link_query
from pages.parts.session import real_now
from pages.parts.told import told

_NO_ROLE = "You may not train: ask an administrator for the role of a scientist."


def life_words(session: Session, project: Project, model: Model) -> str:
    """'State: candidate. Age: 12 d. Rank: 2nd of 14 by score ...', with why it was retired where it was."""
    passed = age(model.ranked.created_at, project.present(real_now()))
    old = f"State: {model.ranked.state.value}. Age: {'less than a minute' if passed == 'now' else passed}"
    standing = standing_of(session, model.ranked)
    if standing is not None:
        return f"{old}. Rank: {standing.words} by score, among the models of its snapshot and scope still in the race."
    if model.purged_at is not None:
        gone = "artifact, out-of-fold rows, pictures and diagnostics are gone; triple, snapshot and scores are there"
        return f"{old}. Purged on {day_words(model.purged_at)}: its {gone}."
    if model.retired_at is not None:
        because = as_text(model.retired_because or "another model took its seat")
        return f"{old}. Retired on {day_words(model.retired_at)}: {because}."
    return f"{old}. Archived, so without a rank." if model.ranked.archived_at is not None else f"{old}."


def life_button(member: Member, project: Project, model: Model) -> None:
    """Restore a retired model, fit a purged one again; nothing for others."""
    may = member.may(Permission.TRAIN)
    if model.ranked.state is ModelState.RETIRED:
        tip = "A candidate (or challenger) as it was before; its days begin anew." if may else _NO_ROLE
        if st.button("Restore", key="restore", disabled=not may, help=tip):
            from mms.usecases.ageing import restore_model

            with told(stop=False):
                with transaction() as session:
                    restore_model(session, member, model.id, real_now())
                st.rerun()
    elif model.purged_at is not None:
        tip = "A run of its triple on its snapshot: 12 folds and a final fit; a new version." if may else _NO_ROLE
        if st.button("Fit it again", key="fit_again", disabled=not may, help=tip):
            from mms.usecases.refits import refit_model

            with told(stop=False):
                with transaction() as session:
                    run_id = refit_model(session, member, model.id, real_now())
                st.switch_page("runs.py", query_params=link_query(project, run=run_id))


def retired_section(session: Session, project: Project) -> None:
    """Models out of service, newest first; nothing where there is none."""
    found = retired_models(session, project.id)
    if not found:
        return
    st.header("Retired")
    st.caption("Out of service. On its page a retired one is restored, and a purged one fitted again.")
    times = {"when": time_column("when")}
    st.dataframe(_frame(found), hide_index=True, alt="retired and purged models", column_config=times)
    query = link_query(project, where="state IN ('retired', 'purged')")
    st.page_link("models.py", label="Choose one in the model table", query_params=query)


def _frame(found: Sequence[Retired]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "model": one.name,
                "state": STATE_WORDS[one.state],
                "when": one.at,
                "because": one.because or "another model took its seat",
            }
            for one in found
        ]
    )
