"""Rules on a back-test: one to try before it is made, and those that are off, switched on beside their result."""

import streamlit as st

from db.queries.triggers import live_triggers
from db.session import reading, transaction
from mms.domain.backtests import NEVER, Replayed, Replays
from mms.domain.markdown import as_text
from mms.domain.members import Member, Permission
from mms.domain.projects import Project
from mms.domain.rules import Rule
from mms.domain.triggers import TriggerChanges, TriggerDraft
from pages.parts.formatting import counted
from pages.parts.rule_form import rule_form
from pages.parts.session import real_now
from pages.parts.told import told


def rule_to_try(project: Project) -> Rule | None:
    """The rule of the form, where somebody tries one: it is replayed with the triggers, and nothing is made."""
    if not st.toggle("Try a rule that is no trigger yet", key="backtest_try", bind="query-params"):
        return None
    with st.container(border=True):
        rule = rule_form(project, "tried")
        st.markdown(as_text(rule.sentence))
    return rule


def switch_on(member: Member, project: Project, found: Replays, tried: Rule | None) -> None:
    """A button for each trigger that is off, and for the rule that is tried, with what it gave beside it."""
    with reading() as session:
        live = live_triggers(session, [project.id], real_now()).get(project.id, ())
    off = {one.id for one in live if not one.enabled}
    is_new = [one for one in found.policies if tried and not one.is_control and one.trigger_id is None]
    for one in [*(one for one in found.policies if one.trigger_id in off), *is_new]:
        button, words = st.columns([1, 4], vertical_alignment="center")
        words.markdown(_gave(one, found.named(NEVER)))
        label = "Add this trigger" if one.trigger_id is None else "Switch on"
        if button.button(label, key=f"backtest_on_{one.trigger_id}", disabled=not member.may(Permission.TRAIN)):
            with told(stop=False):
                _make(member, project, one, tried)
                st.rerun()


def _gave(one: Replayed, never: Replayed) -> str:
    if one.value is None:
        return f"**{as_text(one.name)}**: {one.note or 'its score is not determined'}."
    times = counted(len(one.retrainings), "retraining")
    gain = "" if never.value is None else f", {one.value - never.value:+.3f} against never"
    return f"**{as_text(one.name)}**: {one.value:.3f} with {times}{gain}."


def _make(member: Member, project: Project, one: Replayed, tried: Rule | None) -> None:
    from mms.usecases.triggers import create_trigger, edit_trigger

    with transaction() as session:
        if one.trigger_id is not None:
            edit_trigger(session, member, one.trigger_id, TriggerChanges(enabled=True), real_now())
        elif tried is not None:
            create_trigger(session, member, project.id, TriggerDraft(tried), real_now())
