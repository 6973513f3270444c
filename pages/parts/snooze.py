"""Snooze: keep a card calm until a day, with a reason; and wake it."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from db.queries.health import HealthRow
from db.session import transaction
from mms.domain.members import Member, Permission
from mms.usecases.snoozes import snooze_project, wake_project
from pages.parts.formatting import local, zone
from pages.parts.session import real_now
from pages.parts.told import told

_FIRST = timedelta(days=7)
"""How long a snooze lasts where nobody chooses."""


def snooze_button(member: Member, row: HealthRow) -> None:
    """Snooze what needs somebody, wake what sleeps; nothing where all is well."""
    key = f"snooze_{row.project.id}"
    if row.well or not member.may(Permission.TRAIN):
        return
    if row.snooze is not None:
        if st.button("Wake up", key=f"wake_{row.project.id}", help="Show it among what needs somebody again."):
            with told(stop=False):
                with transaction() as session:
                    wake_project(session, member, row.project.id)
                st.rerun()
        return
    with st.popover("Snooze…", key=key, help="Calm until a day; it wakes earlier when it gets worse."):
        first = (local(real_now()) + _FIRST).date()
        day = st.date_input("Until", first, key=f"{key}_until")
        reason = st.text_input("Reason", key=f"{key}_reason", placeholder="why it can wait", max_chars=1000)
        if st.button("Snooze", key=f"{key}_now"):
            until = datetime.combine(day, time(), ZoneInfo(zone()))
            with told(stop=False):
                with transaction() as session:
                    snooze_project(session, member, row.project.id, until=until, reason=reason, now=real_now())
                st.rerun()
