"""Tags on chosen models: put on and taken off at once."""

from collections.abc import Mapping, Sequence

import streamlit as st

from db.session import transaction
from mms.domain.members import Member
from mms.usecases.tags import tag_models
from pages.parts.session import real_now
from pages.parts.told import told


def tag_popover(member: Member, chosen: Sequence[int], tags: Mapping[int, Sequence[str]], known: Sequence[str]) -> None:
    """A menu that tags the chosen models. tags: what shown models bear; known: words in use."""
    with st.popover("Tag", disabled=not chosen, help=None if chosen else "Choose a row or more."):
        borne = sorted({tag for id_ in chosen for tag in tags.get(id_, ())})
        add = st.multiselect("Put on", known, key="tags_on", accept_new_options=True, placeholder="prod, reviewed, ...")
        remove = st.multiselect("Take off", borne, key="tags_off", disabled=not borne)
        if st.button("Tag them", type="primary", disabled=not (add or remove)):
            with told(stop=False):
                with transaction() as session:
                    count = tag_models(session, member, chosen, real_now(), add=add, remove=remove)
                st.toast(f"{count} changed.")
                st.rerun()
