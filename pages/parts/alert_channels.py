"""Where a project's alerts go, a form for another channel, and what was sent."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from db.queries.alerts import channels, deliveries
from db.session import reading, transaction
from mms.domain.alerts import Channel, ChannelKind, Delivery
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.usecases.alerts import create_channel, delete_channel, switch_channel
from pages.parts.formatting import counted, time_column
from pages.parts.told import told

_SECRET = "channel_secret"
_WORDS = {ChannelKind.EMAIL: "by e-mail", ChannelKind.WEBHOOK: "by signed webhook"}
_HELP = "An administrator makes webhooks: they let this server call an address. https only, public hosts only."


def channels_section(member: Member, project: Project, now: datetime) -> None:
    """One sentence, one card a channel, the form, the log."""
    with told(), reading() as session:
        found, sent = channels(session, project.id), deliveries(session, project.id)
    st.header("Where alerts go")
    live = sum(channel.enabled for channel in found)
    others = f", and over {counted(live, 'channel')}" if live else "; add a channel to be told elsewhere"
    st.markdown(f"Alerts of **{as_text(project.name)}** are shown here{others}.")
    secret = st.session_state.pop(_SECRET, None)
    if secret:
        st.success("The secret that signs what this webhook gets. It is shown this once: copy it now.")
        st.code(secret, language=None)
    for channel in found:
        _card(member, channel, now)
    with st.expander("Add a channel", expanded=not found):
        _add(member, project, now)
    if sent:
        _log(sent)


def _card(member: Member, channel: Channel, now: datetime) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"channel_{channel.id}"):
        state = ":green-badge[● on]" if channel.enabled else ":gray-badge[○ off]"
        st.text(channel.address)  # Markdown would make a link of it, that one opens by mistake
        st.markdown(f"{_WORDS[channel.kind]} {state}")
        label = "Switch off" if channel.enabled else "Switch on"
        switched = st.button(label, key=f"switch_channel_{channel.id}")
        deleted = st.button("Delete", key=f"delete_channel_{channel.id}", help="What was sent stays in the log.")
        if switched or deleted:
            with told(stop=False):
                with transaction() as session:
                    if deleted:
                        delete_channel(session, member, channel.id, now)
                    else:
                        switch_channel(session, member, channel.id, enabled=not channel.enabled)
                st.rerun()


def _add(member: Member, project: Project, now: datetime) -> None:
    left, right = st.columns([1, 3])
    kind = left.selectbox("How", list(ChannelKind), format_func=lambda k: _WORDS[k], key="channel_kind", help=_HELP)
    hint = "ada@example.org" if kind is ChannelKind.EMAIL else "https://example.org/hooks/mms"
    address = right.text_input("Address", key="channel_address", placeholder=hint)
    if st.button("Add channel", key="add_channel"):
        with told(stop=False):
            with transaction() as session:
                _, secret = create_channel(session, member, project.id, kind, address, now)
            if kind is ChannelKind.WEBHOOK:
                st.session_state[_SECRET] = secret
            st.rerun()


def _log(sent: Sequence[Delivery]) -> None:
    st.header("What was sent")
    rows = [
        {
            "alert": one.alert_id,
            "what": one.event.partition(" ")[0],
            "to": one.channel,
            "state": one.state.value,
            "tries": one.attempts,
            "arrived": one.delivered_at,
            "error": one.error or "",
        }
        for one in sent
    ]
    frame = pd.DataFrame(rows)
    frame["arrived"] = pd.to_datetime(frame["arrived"], utc=True)  # empty where it has not
    times = {"arrived": time_column("arrived")}
    st.dataframe(frame, hide_index=True, placeholder="–", alt="every delivery, newest first", column_config=times)
