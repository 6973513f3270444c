"""Watch: follow a thing, and hear of its news in the sidebar."""

import streamlit as st

from db.queries.comments import find_watch
from db.session import reading, transaction
from mms.domain.members import Member
from mms.domain.subjects import Subject
from mms.usecases.comments import unwatch, watch
from pages.parts.session import real_now
from pages.parts.told import told


def watch_button(member: Member, subject: Subject) -> None:
    """Follow it, or follow it no longer."""
    with reading() as session:
        watched = find_watch(session, member, subject) is not None
    label, icon = ("Unwatch", ":material/notifications_off:") if watched else ("Watch", ":material/notifications:")
    tip = "Its news stands in the sidebar; press to hear of it no longer." if watched else (
        "Comments, runs, models and promotions about it are counted in the sidebar until you read them."
    )  # fmt: skip
    if st.button(label, icon=icon, key=f"watch_{subject.kind.value}_{subject.id}", help=tip):
        with told(stop=False):
            with transaction() as session:
                if watched:
                    unwatch(session, member, subject)
                else:
                    watch(session, member, subject, real_now())
            st.rerun()
