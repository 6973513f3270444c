"""The model table of a project: filtered, sorted, paged, compared; the whole view is in the URL."""

from dataclasses import replace

import streamlit as st
from sqlalchemy.orm import Session

from db.queries.model_options import filter_options
from db.queries.model_search import search
from db.queries.promotions import Champion, find_champion
from db.queries.runs import fold_scores
from db.session import reading
from mms.domain.comparison import band_of
from mms.domain.members import Member
from mms.domain.models import ModelPage, ModelState
from mms.domain.projects import Project
from mms.domain.scores import METRICS
from pages.parts.model_filters import model_view, pager
from pages.parts.model_frame import Look
from pages.parts.model_selection import selection
from pages.parts.model_table import models_table, sentence
from pages.parts.model_view import ModelView
from pages.parts.project import chosen_project, link_query
from pages.parts.session import current_member, real_now
from pages.parts.told import told

_LEADERS = 25
"""How many of the best are looked at for the band of one standard error."""


def render(member: Member) -> None:
    """Sentence, filter, table, and what is done with chosen rows."""
    st.title("Models")
    project = chosen_project(member)
    if project is None:
        return
    first = st.empty()
    with told(), reading() as session:
        options = filter_options(session, project)
        view = model_view(member, project, options)
        now, metric = project.present(real_now()), METRICS[project.primary_metric]
        page = search(session, project, view.query, now)
        best = _best(session, project, view, page).models
        first.markdown(sentence(page, best, metric))
        if not page.models:
            _nothing(view)
            return
        band = {m.id for m in band_of(best)}
        folds = fold_scores(session, [m.id for m in page.models], metric)
        look = Look(metric, now, band if len(band) > 1 else set(), view.query.columns, folds, view.differ)
        chosen = models_table(page, project, look)
        known = next(option.values for option in options if option.field.name == "tag")
        selection(member, project, page, chosen, known)
        pager(view, page.after)
        _challengers(page, find_champion(session, project.id))
        st.link_button("CSV of all rows of this filter", view.csv_link(project), icon=":material/download:")
        place = link_query(project, snapshot=page.models[0].snapshot_id)
        st.page_link("slices.py", label="Rank on a slice of the rows", icon=":material/filter_alt:", query_params=place)


def _best(session: Session, project: Project, view: ModelView, page: ModelPage) -> ModelPage:
    """The best of the filter: on its first page by score they stand already."""
    query = replace(view.query, sort=None, descending=None, columns=(), after=None, limit=_LEADERS)
    is_here = view.query.after is None and view.query.sort is not None
    if (
        is_here
        and view.query.sort.name == project.primary_metric
        and view.query.descending == view.query.sort.descending
    ):
        return replace(page, models=page.models[:_LEADERS])
    return search(session, project, query, project.present(real_now()))


def _challengers(page: ModelPage, champion: Champion | None) -> None:
    """Name the retrained challengers of this page, with the way to see each beside the champion."""
    waiting = [m for m in page.models if m.state is ModelState.CHALLENGER]
    for model in waiting[:3] if champion else []:
        st.page_link(
            "compare.py",
            label=f"{model.name} against champion {champion.model.name}",
            query_params={"ids": f"{champion.model.id},{model.id}"},
            icon=":material/compare_arrows:",
        )


def _nothing(view: ModelView) -> None:
    if view.is_plain:
        st.info("No models yet. Take a snapshot of the data, then launch a run: its triples become models.")
        st.page_link("train.py", label="Train models", icon=":material/model_training:")
    else:
        st.info("No model passes this filter. Take something away from it.")
        st.page_link("models.py", label="Show all models")


render(current_member())
