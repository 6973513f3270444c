"""Models that are not comparable: why, and the button that makes them so."""

from collections.abc import Mapping, Sequence

import streamlit as st
from sqlalchemy.orm import Session

from db.session import transaction
from mms.domain.comparison import Alignment
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.promotions import GLOBAL
from mms.usecases.comparisons import alignment, make_comparable
from pages.parts.formatting import counted, seconds
from pages.parts.project import link_query
from pages.parts.session import real_now
from pages.parts.told import told


def align(session: Session, member: Member, project: Project, models: Sequence[Model]) -> None:
    """Refit what is missing on the others' rows and folds, or lead to where it stands already."""
    names = {model.id: model.ranked.name for model in models}
    plan = alignment(session, member, list(names))
    place = plan.snapshot + ("" if plan.scope == GLOBAL else f", '{plan.scope}'")
    for why in plan.refused:
        st.warning(why, icon=":material/block:")
    if plan.under_way is not None:
        st.info("A run is under way that makes them comparable: compare the new model when it is finished.")
        st.page_link("runs.py", label="See the run", query_params=link_query(project, run=plan.under_way))
    elif plan.refits:
        _refit(member, project, plan, names, place)
    elif not plan.refused:
        ids = ",".join(str(model_id) for model_id in dict.fromkeys(plan.there[model.id] for model in models))
        st.page_link(
            "compare.py",
            label=f"The same triples stand side by side on {place}: compare those",
            icon=":material/compare_arrows:",
            query_params=link_query(project, ids=ids),
        )


def _refit(member: Member, project: Project, plan: Alignment, names: Mapping[int, str], place: str) -> None:
    who = ", ".join(names[model_id] for model_id in plan.refits)
    row = st.container(horizontal=True, vertical_alignment="center")
    clicked = row.button(f"Refit {who} on the same rows", type="primary", key="align")
    row.caption(
        f"{counted(plan.fits, 'fit')} on {place}, the baseline's among them, about {seconds(plan.seconds)}. "
        "The model that is there stays; a new one comes beside it."
    )
    if clicked:
        with told(stop=False):
            with transaction() as session:
                run_id = make_comparable(session, member, list(names), real_now())
            st.switch_page("runs.py", query_params=link_query(project, run=run_id))
