"""Triggers on screen: cards with their reading, and the form."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from db.queries.decay import TriggerRow
from db.session import transaction
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.triggers import TriggerChanges, TriggerDraft, TriggerKind
from mms.usecases.triggers import create_trigger, delete_trigger, edit_trigger
from pages.parts.formatting import counted
from pages.parts.told import told

_WATCHES: Mapping[TriggerKind, tuple[str, float]] = {
    TriggerKind.SIZE: ("New labelled rows since the champion's snapshot", 1000.0),
    TriggerKind.TIME: ("Age of the champion in days", 90.0),
    TriggerKind.DECAY: ("Sure fall of the primary metric", 0.05),
}
"""Kind -> what its threshold means, and a first value."""


def summary(rows: Sequence[TriggerRow]) -> str:
    """How many rules watch, and which is nearest."""
    live = [row for row in rows if row.trigger.enabled]
    if not rows:
        return "Nothing retrains by itself yet. A trigger launches a retraining when its rule holds."
    if not live:
        return f"{counted(len(rows), 'trigger')}, all switched off: nothing retrains by itself."
    nearest = max(live, key=lambda row: row.reading.share)
    watch = "triggers watch" if len(live) > 1 else "trigger watches"
    return (
        f"{len(live)} {watch}; nearest is **{nearest.trigger.kind.value}** at "
        f"{100 * nearest.reading.share:.0f} %: {nearest.reading.sentence}"
    )


def trigger_card(member: Member, row: TriggerRow, now: datetime) -> None:
    """One rule: how far it is, and the widgets to change it."""
    trigger = row.trigger
    with st.container(border=True, key=f"trigger_{trigger.id}"):
        state = ":green-badge[● on]" if trigger.enabled else ":gray-badge[○ off]"
        fires = " :orange-badge[▲ would fire now]" if row.reading.fires else ""
        st.markdown(f"**{trigger.kind.value.capitalize()}** {state}{fires} when {trigger.words}")
        st.progress(row.reading.share, text=row.reading.sentence)
        with st.container(horizontal=True, vertical_alignment="center"):
            label = "Switch off" if trigger.enabled else "Switch on"
            if st.button(label, key=f"enable_{trigger.id}"):
                _edit(member, trigger.id, TriggerChanges(enabled=not trigger.enabled))
            with st.popover("Edit"):
                threshold = st.number_input(
                    _WATCHES[trigger.kind][0], value=trigger.threshold, format="%g", key=f"threshold_{trigger.id}"
                )
                rest = st.number_input("Rest after a firing (days)", value=trigger.cooldown_days, key=f"r_{trigger.id}")
                if st.button("Save", key=f"save_{trigger.id}"):
                    _edit(member, trigger.id, TriggerChanges(threshold, rest))
            with st.popover("Delete"):
                st.markdown("The rule goes; its firings stay.")
                if st.button("Delete this trigger", key=f"delete_{trigger.id}"):
                    with told(stop=False):
                        with transaction() as session:
                            delete_trigger(session, member, trigger.id, now)
                        st.rerun()
        st.caption(f"rests {trigger.cooldown_days:g} days after a firing · made by {trigger.created_by}")


def add_trigger(member: Member, project: Project, now: datetime, *, first: bool) -> None:
    """The form for another rule."""
    with st.expander("Add a trigger", expanded=first):
        row = st.columns(3)
        kind = row[0].selectbox("Kind", list(TriggerKind), format_func=lambda k: k.value, key="new_kind")
        words, value = _WATCHES[kind]
        threshold = row[1].number_input(words, value=value, format="%g", key=f"new_threshold_{kind.value}")
        rest = row[2].number_input("Rest after a firing (days)", value=30.0, format="%g", key="new_rest")
        if st.button("Add trigger", type="primary" if first else "secondary", key="add_trigger"):
            with told(stop=False):
                with transaction() as session:
                    create_trigger(session, member, project.id, TriggerDraft(kind, threshold, rest), now)
                st.rerun()


def _edit(member: Member, trigger_id: int, changes: TriggerChanges) -> None:
    with told(stop=False):
        with transaction() as session:
            edit_trigger(session, member, trigger_id, changes)
        st.rerun()
