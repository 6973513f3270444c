"""What stands in the sidebar on every page beside the map: the search box, the bell and the news."""

from collections.abc import Mapping

import streamlit as st

from db.queries.activity import news
from db.queries.alerts import asking
from db.session import reading
from mms.domain.members import Member
from pages.parts.session import real_now

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


def alert_bell(member: Member, query: Mapping[str, str]) -> None:
    """How many alerts of all projects ask for somebody; nothing where none does."""
    with reading() as session:
        count = asking(session, member, real_now())
    if count:
        label = f"{count:,} alert{'' if count == 1 else 's'}"
        icon = ":material/notification_important:"
        st.page_link("alerts.py", label=label, icon=icon, query_params={**query, "all": "true"})


def news_link(member: Member, query: Mapping[str, str]) -> None:
    """How much there is to read about what the member watches; nothing where there is nothing."""
    with reading() as session:
        count = news(session, member)
    if count:
        label = f"{count:,} new of what you watch"
        icon = ":material/notifications_unread:"
        st.page_link("activity.py", label=label, icon=icon, query_params={**query, "watched": "true"})
