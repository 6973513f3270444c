"""What stands in the sidebar on every page beside the map: the search box and the news."""

from collections.abc import Mapping

import streamlit as st

from db.queries.activity import news
from db.session import reading
from mms.domain.members import Member

_BOX = "find_box"


def search_box(query: Mapping[str, str]) -> None:
    """One box over everything; Enter opens the page of results."""

    def search() -> None:
        text = st.session_state.pop(_BOX, "")
        if text.strip():
            st.switch_page("find.py", query_params={**query, "q": text})

    st.text_input(
        "Search everything", key=_BOX, on_change=search, placeholder="Search everything", label_visibility="collapsed"
    )


def news_link(member: Member, query: Mapping[str, str]) -> None:
    """How much there is to read about what the member watches; nothing where there is nothing."""
    with reading() as session:
        count = news(session, member)
    if count:
        label = f"{count:,} new of what you watch"
        icon = ":material/notifications_unread:"
        st.page_link("activity.py", label=label, icon=icon, query_params={**query, "watched": "true"})
