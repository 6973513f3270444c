"""The tags of one model: put on and taken off."""

import streamlit as st
from sqlalchemy.orm import Session

from db.queries.model_options import tags_used
from db.queries.tags import tags_of
from db.session import transaction
from mms.domain.members import Member
from mms.domain.models import Model
from mms.usecases.tags import tag_models
from pages.parts.session import real_now
from pages.parts.told import told


def tags_editor(session: Session, member: Member, model: Model) -> None:
    """Choose from the project's tags, or type a new one."""
    borne = tags_of(session, model.id)
    known = list(dict.fromkeys([*tags_used(session, model.ranked.project_id), *borne]))
    chosen = st.multiselect(
        "Tags", known, list(borne), key="tags", accept_new_options=True, placeholder="choose or type",
        help="words to find it by in the model table: tag = 'prod'",
    )  # fmt: skip
    added, removed = [tag for tag in chosen if tag not in borne], [tag for tag in borne if tag not in chosen]
    if st.button("Save the tags", key="save_tags", disabled=not (added or removed)):
        with told(stop=False):
            with transaction() as writing:
                tag_models(writing, member, [model.id], real_now(), add=added, remove=removed)
            st.rerun()
