"""Models side by side: the verdict, what changed from one to another, their scores, curves, costs and errors."""

from collections.abc import Sequence

import streamlit as st
from sqlalchemy.orm import Session

from db.session import reading
from mms.charts.theme import colours_of
from mms.domain.comparison import Comparison, conclusion, why_not_comparable
from mms.domain.errors import MmsError
from mms.domain.logs import ELSEWHERE
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.worth import verdict
from mms.usecases.comparisons import compared
from pages.parts.alignment import align
from pages.parts.compare_changes import what_changed
from pages.parts.compare_costs import costs
from pages.parts.compare_curves import curves
from pages.parts.compare_errors import errors
from pages.parts.compare_promote import promote_one
from pages.parts.compare_residuals import error_spreads
from pages.parts.compare_scores import scores
from pages.parts.compare_triples import triples
from pages.parts.compare_weights import weights
from pages.parts.comparison import opened
from pages.parts.project import keep_project, link_query
from pages.parts.session import current_member
from pages.parts.told import told

TABS = ("What changed", "Scores", "Curves", "Weights", "Costs", "Triples", "Errors")


def render(member: Member) -> None:
    """The sentence, the seat that one of them may take, then tabs of which only the open one is computed."""
    st.title("Compare")
    with told(), reading() as session:
        project, models = opened(session, member, st.query_params.get("ids", ""))
        if project is None or len(models) < 2:
            st.info("Choose 2 models or more in the model table, then press Compare.")
            query = link_query(project) if project else {}
            st.page_link("models.py", label="All models", icon=":material/arrow_back:", query_params=query)
            return
        keep_project(project.id)
        st.page_link("models.py", label="All models", icon=":material/arrow_back:", query_params=link_query(project))
        comparison = _head(session, member, project, models)
        promote_one(session, member, project, _ordered(models, comparison))
    _tabs(project, models, comparison)


def _head(session: Session, member: Member, project: Project, models: Sequence[Model]) -> Comparison | None:
    """The verdict; where the folds give none, why, and how to get one."""
    why_not = why_not_comparable([model.ranked for model in models])
    if why_not:
        st.markdown(why_not)
        if any(model.ranked.algorithm == ELSEWHERE for model in models):
            st.page_link("decay.py", label="See how they decay", query_params=link_query(project))
            return None
        with told(stop=False):
            align(session, member, project, models)
        return None
    try:
        comparison = compared(session, member, [model.id for model in models])
    except MmsError as refusal:
        st.warning(refusal.sentence)
        return None
    st.markdown(f"**{conclusion(comparison)}**: {verdict(comparison)}")
    ids = ",".join(str(model.id) for model in models)
    st.page_link(
        "slices.py", label="Rank them on a slice of the rows", icon=":material/filter_alt:",
        query_params=link_query(project, ids=ids),
    )  # fmt: skip
    return comparison


def _ordered(models: Sequence[Model], comparison: Comparison | None) -> list[Model]:
    """Best first where they are compared."""
    by_id = {model.id: model for model in models}
    return [by_id[c.model.id] for c in comparison.models] if comparison else list(models)


@st.fragment
def _tabs(project: Project, models: Sequence[Model], comparison: Comparison | None) -> None:
    """A fragment: another tab does not compare the models again. So it asks each time who looks, and what they may."""
    with told():
        member = current_member()
    tabs = dict(zip(TABS, st.tabs(TABS, key="tab", on_change="rerun", bind="query-params"), strict=True))
    shown = next((name for name, tab in tabs.items() if tab.open), TABS[0])
    colours = colours_of([model.id for model in models])
    with tabs[shown], told(stop=False), reading() as session:
        if shown == "What changed":
            what_changed(member, _ordered(models, comparison))
        elif shown == "Scores":
            scores(session, project, models, comparison, colours)
        elif shown == "Curves" and project.task.is_classification:
            curves(project, models, colours)
        elif shown == "Curves":
            error_spreads(member, models, colours)
        elif shown == "Weights":
            weights(member, project, models, colours)
        elif shown == "Costs":
            costs(project, comparison, colours)
        elif shown == "Triples":
            triples(session, project, models)
        else:
            errors(member, project, models)


render(current_member())
