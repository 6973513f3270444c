"""Triggers on screen: cards with their reading, and the form."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from db.queries.triggers import TriggerRow
from db.session import reading, transaction
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.next_trigger import nearest
from mms.domain.projects import Project
from mms.domain.promotions import GLOBAL
from mms.domain.scopes import scope_words
from mms.domain.triggers import Trigger, TriggerChanges, TriggerDraft
from pages.parts.backtest_tab import backtest_link
from pages.parts.formatting import begun, counted, time_words
from pages.parts.rule_form import rule_form
from pages.parts.told import told
from pages.parts.trigger_scope import trigger_scope


def summary(rows: Sequence[TriggerRow]) -> str:
    """How many rules watch, and which is nearest."""
    found = nearest([(row.trigger, row.reading) for row in rows])
    if not rows:
        return "Nothing retrains by itself yet. A trigger launches a retraining when its rule holds."
    if found is None:
        return f"{counted(len(rows), 'trigger')}, all switched off: nothing retrains by itself."
    live = [row.reading.sentence for row in rows if row.trigger.enabled]
    trigger, read = found
    watch = f"{len(live)} {'triggers watch' if len(live) > 1 else 'trigger watches'}"
    if len(set(live)) == 1 < len(live):
        return f"{watch}. {as_text(read.sentence)}"
    return f"{watch}; nearest is **{as_text(trigger.name)}** at {100 * read.share:.0f} %: {as_text(read.sentence)}"


def trigger_card(member: Member, row: TriggerRow, now: datetime) -> None:
    """One rule: how far it is, and the widgets to change it."""
    trigger, read = row.trigger, row.reading
    with st.container(border=True, key=f"trigger_{trigger.id}"):
        state = ":green-badge[● on]" if trigger.enabled else ":gray-badge[○ off]"
        fires = " :orange-badge[▲ would fire now]" if read.fires else ""
        st.markdown(f"**{as_text(begun(trigger.name))}** {state}{fires}  \n{as_text(trigger.rule.sentence)}")
        st.progress(read.share, text=as_text(read.sentence))
        with st.container(horizontal=True, vertical_alignment="center"):
            label = "Switch off" if trigger.enabled else "Switch on"
            if st.button(label, key=f"enable_{trigger.id}"):
                _edit(member, trigger.id, TriggerChanges(enabled=not trigger.enabled), now)
            _edit_form(member, trigger, now)
            backtest_link(key=f"past_{trigger.id}")
            with st.popover("Delete"):
                st.markdown("The rule goes; its firings stay.")
                if st.button("Delete this trigger", key=f"delete_{trigger.id}"):
                    _delete(member, trigger.id, now)
        where = "" if trigger.scope == GLOBAL else f"{as_text(scope_words(trigger.scope))} · "
        due = f"fires {time_words(read.due)} · " if read.due and not read.fires and trigger.enabled else ""
        st.caption(f"{where}{due}made by {as_text(trigger.created_by)}")


def _edit_form(member: Member, trigger: Trigger, now: datetime) -> None:
    """The threshold of a rule with one, and the rest; a rule of several conditions is made anew."""
    alone = trigger.rule.conditions[0].threshold if len(trigger.rule.conditions) == 1 else None
    with st.popover("Edit"):
        threshold = alone if alone is None else st.number_input(
            "Threshold", value=float(alone), format="%g", key=f"threshold_{trigger.id}"
        )  # fmt: skip
        rest = st.number_input("Rest after a firing (days)", value=trigger.rule.cooldown_days, key=f"r_{trigger.id}")
        name = st.text_input("Name", trigger.name, key=f"name_{trigger.id}")
        if st.button("Save", key=f"save_{trigger.id}"):
            _edit(member, trigger.id, TriggerChanges(threshold, rest, name=name), now)


def add_trigger(member: Member, project: Project, now: datetime, *, first: bool) -> None:
    """The form for another rule, with the sentence it makes."""
    with st.expander("Add a trigger", expanded=first):
        rule = rule_form(project, "new")
        row = st.columns(2)
        name = row[0].text_input("Name", key="new_name", placeholder=rule.name)
        scope = trigger_scope(project, row[1])
        st.markdown(as_text(rule.sentence))
        draft = TriggerDraft(rule, scope, name)
        if st.button("When would it have fired?", key="preview_trigger"):
            _preview(member, project, draft, now)
        if st.button("Add trigger", type="primary" if first else "secondary", key="add_trigger"):
            from mms.usecases.triggers import create_trigger

            with told(stop=False):
                with transaction() as session:
                    create_trigger(session, member, project.id, draft, now)
                st.rerun()


def _preview(member: Member, project: Project, draft: TriggerDraft, now: datetime) -> None:
    """How far the rule is now, and the days on which it would have fired."""
    from mms.usecases.trigger_previews import preview

    with told(stop=False), reading() as session:
        found = preview(session, member, project.id, draft, now)
        st.info(f"Now: {as_text(found.reading.sentence)}  \n{as_text(found.words)}")


def _delete(member: Member, trigger_id: int, now: datetime) -> None:
    from mms.usecases.triggers import delete_trigger

    with told(stop=False):
        with transaction() as session:
            delete_trigger(session, member, trigger_id, now)
        st.rerun()


def _edit(member: Member, trigger_id: int, changes: TriggerChanges, now: datetime) -> None:
    from mms.usecases.triggers import edit_trigger

    with told(stop=False):
        with transaction() as session:
            edit_trigger(session, member, trigger_id, changes, now)
        st.rerun()
