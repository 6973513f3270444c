"""Snapshots on a schedule: listed, switched, and a form for another."""

from collections.abc import Mapping
from datetime import datetime, time

import streamlit as st

from db.queries.snapshot_schedules import snapshot_schedules
from db.session import reading, transaction
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.snapshot_schedules import ScheduleChanges, ScheduleDraft, SnapshotSchedule
from mms.domain.snapshots import Extent, Selection
from pages.parts.formatting import begun, counted, time_words
from pages.parts.rule_form import time_zone
from pages.parts.told import told

_DAYS: Mapping[str, str] = {
    "every night": "*", "every Monday": "1", "every Tuesday": "2", "every Wednesday": "3", "every Thursday": "4",
    "every Friday": "5", "every Saturday": "6", "every Sunday": "0",
}  # fmt: skip
_OTHER = "by a cron expression"


def schedules_tab(member: Member, project: Project, now: datetime) -> None:
    """One sentence, one card a schedule, the form for another."""
    with told(), reading() as session:
        found = snapshot_schedules(session, project.id)
    live = [one for one in found if one.enabled]
    if live:
        first = min(live, key=lambda one: one.next_at)
        st.markdown(f"{counted(len(live), 'schedule')}; the next snapshot is taken {time_words(first.next_at)}.")
    else:
        st.markdown("No snapshot is taken by itself. A schedule freezes the data again and again, for whoever trains.")
    for schedule in found:
        _card(member, schedule, now)
    with st.expander("Add a schedule", expanded=not found):
        _add(member, project, now)


def _card(member: Member, schedule: SnapshotSchedule, now: datetime) -> None:
    with st.container(border=True, key=f"schedule_{schedule.id}"):
        state = ":green-badge[● on]" if schedule.enabled else ":gray-badge[○ off]"
        st.markdown(f"**{as_text(begun(schedule.words))}** {state}")
        due = f"next {time_words(schedule.next_at)} · " if schedule.enabled else ""
        st.caption(f"{due}{as_text(schedule.outcome or 'nothing taken yet')} · made by {as_text(schedule.created_by)}")
        with st.container(horizontal=True):
            label = "Switch off" if schedule.enabled else "Switch on"
            switched = st.button(label, key=f"switch_schedule_{schedule.id}")
            deleted = st.button("Delete", key=f"delete_schedule_{schedule.id}", help="The snapshots it took stay.")
            if switched or deleted:
                _change(member, schedule, now, delete=deleted)


def _change(member: Member, schedule: SnapshotSchedule, now: datetime, *, delete: bool) -> None:
    """Delete it, or switch it over."""
    from mms.usecases.snapshot_schedules import delete_schedule, edit_schedule

    with told(stop=False):
        with transaction() as session:
            if delete:
                delete_schedule(session, member, schedule.id, now)
            else:
                edit_schedule(session, member, schedule.id, ScheduleChanges(enabled=not schedule.enabled), now)
        st.rerun()


def _add(member: Member, project: Project, now: datetime) -> None:
    row = st.columns(3)
    day = row[0].selectbox("When", [*_DAYS, _OTHER], key="schedule_day")
    if day == _OTHER:
        cron = row[1].text_input("Minute, hour, day, month, weekday", "0 2 * * *", key="schedule_cron")
    else:
        at = row[1].time_input("At", time(2), key="schedule_at")
        cron = f"{at.minute} {at.hour} * * {_DAYS[day]}"
    zone = time_zone(row[2], "schedule_zone")
    newest = st.toggle("Only the newest rows", key="schedule_newest", help="Counted back from the newest row.")
    days = st.number_input("Days", min_value=1, value=90, key="schedule_days") if newest else None
    if st.button("Add schedule", key="add_schedule"):
        from mms.usecases.snapshot_schedules import create_schedule

        with told(stop=False):
            selection = Selection(Extent.LAST_DAYS, int(days)) if days else Selection()
            with transaction() as session:
                create_schedule(session, member, project.id, ScheduleDraft(cron, zone, selection), now)
            st.rerun()
