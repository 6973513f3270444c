"""What else one may do with a model: describe, archive, download."""

import streamlit as st
from sqlalchemy.orm import Session

from db.session import transaction
from mms.domain.members import Member
from mms.domain.models import Model, ModelState
from mms.usecases.models import archive_models, describe_model
from pages.parts.model_tags import tags_editor
from pages.parts.scope_choice import scope_address
from pages.parts.session import real_now
from pages.parts.told import told


def actions(session: Session, member: Member, model: Model) -> None:
    """The way to alter its triple, and a menu, beside the two buttons."""
    query = {"project": str(model.ranked.project_id), "model": str(model.id)}
    query |= scope_address(model.ranked.scope) | ({"seed": str(model.seed)} if model.seed else {})
    st.page_link("train.py", label="Edit and train again", icon=":material/edit:", query_params=query)
    ask = {"model": str(model.id)}
    st.page_link("what_if.py", label="What if?", icon=":material/psychology_alt:", query_params=ask)
    with st.popover("More", icon=":material/more_horiz:"):
        base = f"/api/v1/models/{model.id}"
        st.link_button("Model card (HTML)", f"{base}/card.html", icon=":material/description:")
        st.link_button("Model card (PDF)", f"{base}/card.pdf", icon=":material/picture_as_pdf:")
        st.link_button("Download the artifact", f"{base}/artifact", icon=":material/download:")
        st.link_button("Download the triple (JSON)", f"{base}/triple", icon=":material/download:")
        st.link_button("Download the out-of-fold rows (CSV)", f"{base}/oof.csv", icon=":material/download:")
        tags_editor(session, member, model)
        text = st.text_area("Description", model.description, key="description", max_chars=2000)
        if st.button("Save the description", key="describe"):
            with told(stop=False):
                with transaction() as session:
                    describe_model(session, member, model.id, text, real_now())
                st.rerun()
        seated = model.ranked.state is ModelState.CHAMPION
        why = "A champion cannot be archived: promote another model first." if seated else "Hide it from the table."
        if st.button("Archive", key="archive", disabled=seated, help=why):
            with told(stop=False):
                with transaction() as session:
                    archive_models(session, member, [model.id], real_now())
                st.switch_page("models.py")
