"""The model table of a project: filtered, sorted, paged, compared; the whole view is in the URL."""

from collections.abc import Sequence

import streamlit as st

from db.queries.models import algorithms_used, models_page
from db.queries.promotions import Champion, find_champion
from db.queries.runs import runs
from db.queries.snapshots import snapshots
from db.session import reading, transaction
from mms.domain.comparison import band_of
from mms.domain.members import Member
from mms.domain.models import ModelPage, ModelSort, ModelState
from mms.domain.scores import METRICS
from mms.usecases.models import archive_models, restore_models
from pages.parts.ensemble import combine_button
from pages.parts.model_filters import model_view, pager
from pages.parts.model_table import models_table, sentence
from pages.parts.model_view import Choices, ModelView
from pages.parts.project import chosen_project
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
    metric = METRICS[project.primary_metric]
    with told(), reading() as session:
        launched = {r.id: f"run {r.number}" for r in runs(session, project.id)}
        names = {s.id: s.name for s in snapshots(session, project.id)}
        view = model_view(Choices(algorithms_used(session, project.id), names, launched), metric)
        page = models_page(session, project.id, view.where, view.sort, view.after)
        best = models_page(session, project.id, view.where, ModelSort.SCORE, limit=_LEADERS).models
        champion = find_champion(session, project.id)
        first.markdown(sentence(page, best, metric))
        band = {m.id for m in band_of(best)}
        if not page.models:
            _nothing(view)
            return
        chosen = models_table(page, project, band if len(band) > 1 else set(), project.present(real_now()), _key(view))
        _chosen(member, chosen, archived=view.where.archived)
        pager(view, page.after)
        _challengers(page, champion)
        st.link_button(
            "CSV of all rows of this filter",
            f"/api/v1/projects/{project.id}/models.csv?{view.csv_query}",
            icon=":material/download:",
        )


def _key(view: ModelView) -> str:
    """Selections are positions: another page of the table is another widget."""
    return f"models_{hash((view.where, view.sort, view.trail)) & 0xFFFFFFFF:x}"


def _chosen(member: Member, chosen: Sequence[int], *, archived: bool) -> None:
    """Open one, compare or combine two or more, archive any; restore where archived ones are shown."""
    row = st.container(horizontal=True)
    one, several = len(chosen) == 1, len(chosen) >= 2
    if row.button("Open", disabled=not one, help=None if one else "Choose one row, or click an ID."):
        st.switch_page("model.py", query_params={"id": str(chosen[0])})
    label = f"Compare {len(chosen)}" if several else "Compare"
    if row.button(label, type="primary", disabled=not several, help=None if several else "Choose 2 rows or more."):
        st.switch_page("compare.py", query_params={"ids": ",".join(map(str, chosen))})
    combine_button(row, chosen)
    if row.button("Archive", disabled=not chosen, help="Hide the chosen models; never a champion."):
        with told(stop=False):
            with transaction() as session:
                count = archive_models(session, member, list(chosen), real_now())
            st.toast(f"{count} archived: tick 'Archived too' to see them.")
            st.rerun()
    if archived and row.button("Restore", disabled=not chosen, help="Bring archived models back."):
        with told(stop=False):
            with transaction() as session:
                restore_models(session, member, list(chosen), real_now())
            st.rerun()


def _challengers(page: ModelPage, champion: Champion | None) -> None:
    """Name the retrained challengers of this page, with the way to see each beside the champion."""
    waiting = [m for m in page.models if m.state is ModelState.CHALLENGER]
    for model in waiting[:3] if champion else []:
        st.page_link(
            "compare.py",
            label=f"{model.name} challenges the champion {champion.model.name}: see them side by side",
            query_params={"ids": f"{champion.model.id},{model.id}"},
            icon=":material/compare_arrows:",
        )


def _nothing(view: ModelView) -> None:
    if view.where == type(view.where)():
        st.info("No models yet. Take a snapshot of the data, then launch a run: its triples become models.")
        st.page_link("train.py", label="Train models", icon=":material/model_training:")
    else:
        st.info("No model passes this filter. Take something away from it.")
        st.page_link("models.py", label="Show all models")


render(current_member())
