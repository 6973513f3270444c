"""A job that draws pictures: how far it is, and Stop."""

import streamlit as st

from db.queries.pictures import being_drawn
from db.session import reading, transaction
from mms.domain.jobs import JobState
from mms.domain.members import Member, Permission
from mms.domain.subjects import Subject
from mms.usecases.jobs import cancel_job
from pages.parts.session import real_now
from pages.parts.told import told


def follow(member: Member, subject: Subject) -> None:
    """Its progress every second, until it is done; then the whole page once, which ends the polling."""

    @st.fragment(run_every=1.0)
    def live() -> None:
        with reading() as session:
            job = being_drawn(session, subject)
        if job is None:
            st.rerun()
        waits = job.state is JobState.QUEUED
        doing = f"A worker is at it: {job.progress.doing or 'begins'} …"
        st.progress(job.progress.share, "The pictures wait for a worker …" if waits else doing)
        if member.may(Permission.TRAIN) and st.button("Stop", key="stop_drawing", icon=":material/stop:"):
            with told(stop=False), transaction() as session:
                cancel_job(session, member, job.id, real_now())

    live()
