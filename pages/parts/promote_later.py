"""Promote not now: on a date, by asking somebody, or as a draft."""

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import streamlit as st

from db.session import transaction
from mms.domain.markdown import as_text
from mms.domain.members import Member, Permission
from mms.domain.promotions import Seating
from pages.parts.dialogs import close_dialog
from pages.parts.formatting import local, zone
from pages.parts.session import real_now
from pages.parts.told import told


class When(StrEnum):
    """When a promotion is made."""

    NOW = "Now"
    LATER = "Later…"
    ASK = "Ask somebody"
    DRAFT = "Keep as draft"


def when_choice(member: Member) -> When:
    """The choices that the member has; deciding takes the right to promote."""
    choices = list(When) if member.may(Permission.PROMOTE) else [When.ASK, When.DRAFT]
    return st.radio("When", choices, horizontal=True, key="promote_when")


def date_choice(key: str) -> datetime:
    """A day and a time in the reader's zone; tomorrow morning at first."""
    tomorrow = local(real_now()) + timedelta(days=1)
    with st.container(horizontal=True):
        day = st.date_input("Day", tomorrow.date(), key=f"{key}_day")
        time = st.time_input("Time", tomorrow.replace(hour=8, minute=0).time(), key=f"{key}_time", help=zone())
    return datetime.combine(day, time, ZoneInfo(zone()))


def prepare_button(member: Member, seating: Seating, when: When) -> None:
    """Draft the seating, and ask or schedule as chosen."""
    at = date_choice("promote") if when is When.LATER else None
    label = {When.LATER: "Schedule", When.ASK: "Ask", When.DRAFT: "Keep as draft"}[when]
    if st.button(label, type="primary", key="promote_prepare"):
        # With scikit-learn, which the first page must not wait for.
        from mms.usecases.drafts import draft_promotion, request_promotion, schedule_promotion

        with told(stop=False):
            with transaction() as session:
                now = real_now()
                draft = draft_promotion(session, member, seating, now)
                if when is When.ASK:
                    draft = request_promotion(session, member, draft.id)
                elif at is not None:
                    draft = schedule_promotion(session, member, draft.id, at, now)
            st.toast(f"{as_text(draft.words)}.", icon=":material/check:")
            close_dialog()
            st.rerun()
    st.caption(
        "Whether it is advised is judged when it is made, by the rules of that day. "
        "It stands on the champions page until then."
    )
