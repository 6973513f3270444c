"""One model: what it is, how good it is against champion and Dummy, and everything one may do with it."""

import streamlit as st
from sqlalchemy.orm import Session

from db.queries.models import get_model, models_page
from db.queries.openings import holdout_view
from db.queries.projects import get_project
from db.queries.promotions import Champion, advice_for, find_champion, promotions
from db.queries.runs import fold_results, get_run
from db.queries.snapshots import snapshots
from db.session import reading
from mms.domain.members import Member
from mms.domain.models import Model, ModelFilter, RankedModel
from mms.domain.projects import Project
from mms.domain.scores import METRICS
from mms.domain.triples import BASELINE
from pages.parts.ensemble import made_of
from pages.parts.formatting import day_words, score_of, utc_help
from pages.parts.holdout import HOLDOUT, holdout_words
from pages.parts.model_actions import actions
from pages.parts.model_call import how_to_call
from pages.parts.model_diagnostics import diagnostics
from pages.parts.model_lineage import history, lineage
from pages.parts.model_overview import folds, overview
from pages.parts.model_rows import rows_tab
from pages.parts.model_table import STATE_WORDS
from pages.parts.new_version import refit_button, update_button
from pages.parts.project import keep_project
from pages.parts.promote import advice_words, promote_button
from pages.parts.question import question_of
from pages.parts.retrain import retrain_button
from pages.parts.session import current_member, id_in_url
from pages.parts.told import told

TABS = ("Overview", "Folds", "Diagnostics", "Rows", "Lineage", "How to call it", "History")


def render(member: Member) -> None:
    """The sentence, the two buttons, then tabs of which only the open one is computed."""
    with told():
        model_id = id_in_url("id", "model")
    if model_id is None:
        st.title("Model")
        st.info("No model is chosen. Choose one in the model table.")
        st.page_link("models.py", label="All models", icon=":material/arrow_back:")
        return
    with told(), reading() as session:
        model = get_model(session, model_id)
        project = get_project(session, member, model.ranked.project_id)
        keep_project(project.id)
        champion = find_champion(session, project.id, model.ranked.scope)
        _head(session, member, project, model, champion)
        _tabs(session, member, project, model, champion)


def _head(session: Session, member: Member, project: Project, model: Model, champion: Champion | None) -> None:
    ranked, metric = model.ranked, METRICS[project.primary_metric]
    st.page_link("models.py", label="All models", icon=":material/arrow_back:")
    st.title(ranked.name)
    st.markdown(
        f"{STATE_WORDS[ranked.state]} of **{project.name}**: {made_of(session, model)}, "
        f"{metric.label} **{score_of(metric, ranked.score, ranked.score_sd)}** ({metric.direction})."
    )
    if model.description:
        st.markdown(f"> {model.description}")
    seated = champion is not None and champion.model.id == ranked.id
    if champion and seated:
        since = champion.promotion.promoted_at
        st.markdown(f"It answers since {day_words(since)}: {champion.promotion.reason}", help=utc_help(since))
    else:
        st.markdown(advice_words(advice_for(session, model.id, ranked.scope), ranked))
    opened = holdout_words(holdout_view(session, model.id), metric)
    if opened:
        st.markdown(opened, help=HOLDOUT)
    with st.container(horizontal=True, vertical_alignment="center"):
        promote_button(member, project, ranked, key="promote", primary=not seated)
        retrain_button(member, project, key="retrain", scope=ranked.scope, primary=seated)
        refit_button(session, member, project, model, key="refit")
        update_button(session, member, project, model, key="update")
        actions(member, model)


def _tabs(session: Session, member: Member, project: Project, model: Model, champion: Champion | None) -> None:
    tabs = dict(zip(TABS, st.tabs(TABS, key="tab", on_change="rerun", bind="query-params"), strict=True))
    opened = next((name for name, tab in tabs.items() if tab.open), "Overview")
    snapshot = next((s for s in snapshots(session, project.id) if s.id == model.ranked.snapshot_id), None)
    with tabs[opened]:
        if opened == "Overview":
            overview(model, _rivals(session, model, champion), METRICS[project.primary_metric])
        elif opened == "Folds":
            others = {r.id: r.name for r in _rivals(session, model, champion).values()}
            metric = METRICS[project.primary_metric]
            folds(model, fold_results(session, [model.id, *others]), others, metric)
        elif opened == "Diagnostics":
            diagnostics(member, project, model)
        elif opened == "Rows":
            rows_tab(model)
        elif opened == "Lineage":
            lineage(model, get_run(session, model.ranked.run_id), snapshot)
        elif opened == "How to call it":
            how_to_call(project, model, question_of(session, project.id))
        else:
            history(model, promotions(session, project.id, limit=1000))


def _rivals(session: Session, model: Model, champion: Champion | None) -> dict[str, RankedModel]:
    """Champion and Dummy, where they were scored on the same rows of the same snapshot, so that the folds agree."""
    own, found = model.ranked, dict[str, RankedModel]()
    rival = champion.model if champion else own
    if rival.id != own.id and (rival.snapshot_id, rival.scope) == (own.snapshot_id, own.scope):
        found["champion"] = rival
    where = ModelFilter(algorithms=(BASELINE,), snapshot_id=own.snapshot_id)
    dummies = [dummy for dummy in models_page(session, own.project_id, where).models if dummy.scope == own.scope]
    if dummies and dummies[0].id != own.id:
        found["Dummy baseline"] = dummies[0]
    return found


render(current_member())
