"""One alert: what, since when, how sure, what to do; and what one may say to it."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from db.session import transaction
from mms.domain.alerts import Alert
from mms.domain.markdown import as_text, safe_markdown
from mms.domain.members import Member, Permission
from mms.usecases.alerts import acknowledge_alert, snooze_alert
from pages.parts.formatting import local, time_words, zone
from pages.parts.told import told

_FIRST = timedelta(days=7)
"""How long a snooze lasts where nobody chooses."""


def alert_card(member: Member, alert: Alert, now: datetime) -> None:
    """The card; buttons for one that is open and stored."""
    with st.container(border=True, key=f"alert_{alert.id or alert.kind.value}"):
        project = f"{as_text(alert.project)} · " if alert.project else ""
        st.markdown(f"{_state(alert, now)} **{as_text(alert.what)}**")
        st.caption(f"{project}{alert.kind.value} · since {time_words(alert.since or alert.raised_at)}")
        st.markdown(as_text(alert.sure))
        if alert.note:
            st.markdown(f"{as_text(alert.acknowledged_by or '')}: {safe_markdown(alert.note)}")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(f"{alert.page}.py", label=alert.do, icon=":material/arrow_forward:", query_params=alert.query)
            if alert.id is not None and alert.resolved_at is None and member.may(Permission.TRAIN):
                _buttons(member, alert, alert.id, now)


def _state(alert: Alert, now: datetime) -> str:
    """Word, sign and colour."""
    if alert.resolved_at is not None:
        return f":gray-badge[○ over since {time_words(alert.resolved_at)}]"
    if alert.acknowledged_at is not None:
        return f":blue-badge[◐ {as_text(alert.acknowledged_by or '')} sees to it]"
    if not alert.asks(now):
        return f":gray-badge[◌ snoozed until {time_words(alert.snoozed_until)} by {as_text(alert.snoozed_by or '')}]"
    return ":orange-badge[● asks for somebody]"


def _buttons(member: Member, alert: Alert, alert_id: int, now: datetime) -> None:
    if alert.acknowledged_at is None:
        with st.popover("Acknowledge…", help="Say by name that you see to it."):
            note = st.text_input("Note", key=f"note_{alert_id}", placeholder="what you found", max_chars=1000)
            if st.button("Acknowledge", key=f"acknowledge_{alert_id}"):
                with told(stop=False):
                    with transaction() as session:
                        acknowledge_alert(session, member, alert_id, note, now)
                    st.rerun()
    with st.popover("Snooze…", help="Quiet until a day; what still holds then asks again."):
        day = st.date_input("Until", (local(now) + _FIRST).date(), key=f"until_{alert_id}")
        if st.button("Snooze", key=f"snooze_alert_{alert_id}"):
            with told(stop=False):
                with transaction() as session:
                    until = datetime.combine(day, time(), ZoneInfo(zone()))
                    snooze_alert(session, member, alert_id, until, now)
                st.rerun()
