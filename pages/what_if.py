"""What if: ask one model about made-up values, see what each did to the answer, and which training rows are like it."""

from typing import Any

import streamlit as st

from db.queries.cards import find_snapshot_of, used_columns
from db.queries.models import get_model
from db.queries.projects import get_project
from db.session import reading
from mms.domain.members import Member
from mms.domain.what_if import WhatIf
from mms.usecases.what_if import what_if
from pages.parts.project import keep_project
from pages.parts.session import current_member, id_in_url
from pages.parts.told import told
from pages.parts.what_if_answer import what_if_answer
from pages.parts.what_if_form import row_in_url, what_if_form

_BACK = ("models.py", "All models")


def render(member: Member) -> None:
    """Which model, the form, and the answer to the values in the address."""
    with told(back=_BACK):
        model_id = id_in_url("model", "model")
    if model_id is None:
        st.title("What if?")
        st.info("No model is chosen. Choose one in the model table.")
        st.page_link("models.py", label="All models", icon=":material/arrow_back:")
        return
    with told(back=_BACK), reading() as session:
        model = get_model(session, model_id)
        keep_project(get_project(session, member, model.ranked.project_id).id)
        columns = used_columns(session, model, find_snapshot_of(session, model))
    st.page_link("model.py", label=model.ranked.name, icon=":material/arrow_back:", query_params={"id": str(model.id)})
    st.title(f"What if? {model.ranked.name}")
    st.markdown("Change a value and ask this model again. Nothing is stored, and no champion is asked.")
    with told(stop=False):
        row = row_in_url(model.signature)
        what_if_form(columns, row)
        with st.spinner("Asking the model, each feature in turn …"):
            found = _asked(model.artifact_sha, model.threshold, model.id, tuple(row.items()), member)
        what_if_answer(found, model.signature.inputs)


@st.cache_data(max_entries=64, show_spinner=False)
def _asked(
    _sha: str, threshold: float | None, model_id: int, values: tuple[tuple[str, Any], ...], _member: Member
) -> WhatIf:
    with reading() as session:
        return what_if(session, _member, model_id, dict(values))


render(current_member())
