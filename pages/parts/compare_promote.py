"""The seat that one of the compared models may take."""

from collections.abc import Sequence

import streamlit as st
from sqlalchemy.orm import Session

from db.queries.promotions import advice_for
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project
from pages.parts.promote import advice_words, promote_button


def promote_one(session: Session, member: Member, project: Project, models: Sequence[Model]) -> None:
    """One of them to choose, the advice on it, and the button. models: best first."""
    named = {model.ranked.name: model.ranked for model in models}
    left, middle, right = st.columns([2, 4, 1], vertical_alignment="bottom")
    chosen = left.selectbox("Which may take the seat", list(named), key="candidate", bind="query-params")
    model = named[str(chosen)]
    middle.markdown(advice_words(advice_for(session, model.id, model.scope), model))
    with right:
        promote_button(member, project, model, key=f"promote_{model.id}")
