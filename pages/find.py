"""Search: what bears a name, a version, a tag or a word, over everything, by kind."""

import streamlit as st

from db.queries.finds import found
from db.session import reading
from mms.domain.finds import MOST
from mms.domain.markdown import as_text
from mms.domain.members import Member
from pages.parts.formatting import counted
from pages.parts.session import current_member
from pages.parts.subject_link import find_link
from pages.parts.told import told

_HELP = "projects, models (v12, an algorithm, a tag, a description), runs, snapshots, recipes, segments, comments"


def render(member: Member) -> None:
    """The box, the sentence, then each kind under its heading."""
    st.title("Search")
    text = st.text_input("Search everything", key="q", bind="query-params", placeholder=_HELP)
    if not text.strip():
        st.info(f"Write what you look for: {_HELP}.")
        return
    with told(), reading() as session:
        groups = found(session, member, text)
    total = sum(len(group.finds) for group in groups)
    if not groups:
        st.markdown(f"Nothing bears “{as_text(text)}”.")
        st.info(f"Looked through: {_HELP}. A part of a name is enough.")
        return
    st.markdown(f"{counted(total, 'thing')} bear{'s' if total == 1 else ''} “{as_text(text)}”.")
    for group in groups:
        st.header(f"{group.kind.value.capitalize()}s")
        for find in group.finds:
            find_link(find)
        if group.more:
            st.caption(f"The newest {MOST} are shown: write more of the name to see the others.")


render(current_member())
