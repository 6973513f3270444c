"""The tabs of a model's page: only the open one is computed."""

import streamlit as st
from sqlalchemy.orm import Session

from db.queries.cards import model_card, rivals
from db.queries.promotions import Champion
from db.queries.runs import fold_results
from mms.domain.cards import ModelCard
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.scores import METRICS
from mms.domain.subjects import Subject, SubjectKind
from pages.parts.column_notes import notes_editor
from pages.parts.comments import comments
from pages.parts.model_call import how_to_call
from pages.parts.model_diagnostics import diagnostics
from pages.parts.model_files import files
from pages.parts.model_lineage import history, lineage
from pages.parts.model_overview import folds, overview
from pages.parts.model_rows import rows_tab
from pages.parts.question import question_of
from pages.parts.session import real_now
from pages.parts.told import told

TABS = (
    "Overview", "Folds", "Diagnostics", "Rows", "Columns", "Lineage", "Files", "How to call it", "History", "Comments",
)  # fmt: skip


def model_tabs(session: Session, member: Member, project: Project, model: Model, champion: Champion | None) -> None:
    """Draw the tabs; a refusal in one is a sentence there, and the others stand."""
    tabs = dict(zip(TABS, st.tabs(TABS, key="tab", on_change="rerun", bind="query-params"), strict=True))
    opened = next((name for name, tab in tabs.items() if tab.open), TABS[0])
    with tabs[opened], told(stop=False):
        if opened == "Folds":
            _folds(session, project, model, champion)
        elif opened == "Diagnostics":
            diagnostics(member, project, model)
        elif opened == "Rows":
            rows_tab(project, model)
        elif opened == "Comments":
            comments(member, Subject(SubjectKind.MODEL, model.id))
        else:
            _of_card(session, member, model_card(session, member, model.id, real_now()), opened)


def _of_card(session: Session, member: Member, card: ModelCard, opened: str) -> None:
    """The tabs that tell what the card tells."""
    if opened == "Columns":
        notes_editor(member, card.columns, key="column_notes")
    elif opened == "Lineage":
        lineage(card)
    elif opened == "Files":
        files(card)
    elif opened == "How to call it":
        how_to_call(card, question_of(session, card.project.id))
    elif opened == "History":
        history(card)
    else:
        overview(card)


def _folds(session: Session, project: Project, model: Model, champion: Champion | None) -> None:
    others = {rival.id: rival.name for rival in rivals(session, model, champion).values()}
    folds(model, fold_results(session, [model.id, *others]), others, METRICS[project.primary_metric])
