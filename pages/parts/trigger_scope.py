"""Whose champion a trigger watches."""

import streamlit as st

from db.queries.promotions import champions
from db.queries.segments import segments
from db.session import reading
from mms.domain.projects import Project
from mms.domain.promotions import GLOBAL
from mms.domain.scopes import ScopeKind, scope_of, scope_words
from pages.parts.formatting import begun


def trigger_scope(project: Project, place: "st.delta_generator.DeltaGenerator") -> str:
    """All rows, a group or segment with a champion of its own, or a segment that is to get one."""
    with reading() as session:
        seated = [seat.promotion.scope for seat in champions(session, project.id)]
        named = [f"segment:{segment.name}" for segment in segments(session, project.id)]
    groups = [key for key in seated if scope_of(key).kind is not ScopeKind.USER]
    return str(
        place.selectbox(
            "Watches the champion of", list(dict.fromkeys((GLOBAL, *groups, *named))),
            format_func=lambda key: begun(scope_words(key)), key="new_scope",
        )
    )  # fmt: skip
