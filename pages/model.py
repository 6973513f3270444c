"""One model: what it is, how good it is against champion and Dummy, and everything one may do with it."""

import streamlit as st
from sqlalchemy.orm import Session

from db.queries.models import get_model
from db.queries.openings import holdout_view
from db.queries.projects import get_project
from db.queries.promotions import Champion, advice_for, find_champion
from db.queries.tags import tags_of
from db.session import reading
from mms.domain.markdown import as_text, safe_markdown
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.scores import METRICS
from mms.domain.subjects import Subject, SubjectKind
from pages.parts.ageing_state import life_button, life_words
from pages.parts.ensemble import made_of
from pages.parts.formatting import day_words, score_of, utc_help
from pages.parts.holdout import HOLDOUT, holdout_words
from pages.parts.model_actions import actions
from pages.parts.model_frame import STATE_WORDS
from pages.parts.model_tabs import model_tabs
from pages.parts.new_version import refit_button, update_button
from pages.parts.project import keep_project
from pages.parts.promote import advice_words, promote_button
from pages.parts.promotion_drafts import promotion_drafts
from pages.parts.retrain import retrain_button
from pages.parts.session import current_member, id_in_url
from pages.parts.told import told
from pages.parts.watch import watch_button


def render(member: Member) -> None:
    """The sentence, the two buttons, then tabs of which only the open one is computed."""
    with told(back=("models.py", "All models")):
        model_id = id_in_url("id", "model")
    if model_id is None:
        st.title("Model")
        st.info("No model is chosen. Choose one in the model table.")
        st.page_link("models.py", label="All models", icon=":material/arrow_back:")
        return
    st.page_link("models.py", label="All models", icon=":material/arrow_back:")  # also from a model that is deleted
    with told(), reading() as session:
        model = get_model(session, model_id)
        project = get_project(session, member, model.ranked.project_id)
        keep_project(project.id)
        champion = find_champion(session, project.id, model.ranked.scope)
        _head(session, member, project, model, champion)
        promotion_drafts(member, project, model_id=model.id)
        model_tabs(session, member, project, model, champion)


def _head(session: Session, member: Member, project: Project, model: Model, champion: Champion | None) -> None:
    ranked, metric = model.ranked, METRICS[project.primary_metric]
    st.title(ranked.name)
    st.markdown(
        f"{STATE_WORDS[ranked.state]} of **{as_text(project.name)}**: {made_of(session, model)}, "
        f"{metric.label} **{score_of(metric, ranked.score, ranked.score_sd)}** ({metric.direction})."
    )
    st.markdown(life_words(session, project, model))
    if model.description:
        st.markdown(safe_markdown(model.description))
    seated = champion is not None and champion.model.id == ranked.id
    tags = tags_of(session, model.id)
    if tags:
        st.caption(f"Tags: {as_text(', '.join(tags))}")
    if champion and seated:
        since = champion.promotion.promoted_at
        said = f"It answers since {day_words(since)}: {as_text(champion.promotion.reason)}"
        st.markdown(said, help=utc_help(since))
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
        life_button(member, project, model)
        watch_button(member, Subject(SubjectKind.MODEL, model.id))
        actions(session, member, model)


render(current_member())
