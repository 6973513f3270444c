"""Replay: walk a demo project on through its past, and watch it."""

import streamlit as st

from db.queries.jobs import unfinished_jobs
from db.session import reading, transaction
from mms.domain.jobs import Job, JobKind, JobState
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.usecases.jobs import cancel_job
from mms.usecases.replay import ask_for_replay
from pages.parts.session import real_now
from pages.parts.told import told

_YEAR = 12


def replay_bar(member: Member, project: Project, *, champion: bool) -> None:
    """Next month and Play the year, or the progress of the walk that is under way. Only for replaying projects."""
    if project.clock is None or not project.is_demo:
        return
    if _replaying(project.id):
        _watch(member, project.id)
        return
    why = None if champion else "There is no champion yet to answer: promote a model first."
    st.markdown(f"This project replays the past; its present is **{project.clock:%-d %B %Y}**.")
    if project.is_played_out:
        st.caption("Its past is played to the end: delete the demo project and load it again to replay it.")
        return
    row = st.container(horizontal=True)
    if row.button("Next month", disabled=not champion, help=why or "predictions, then the truth about them"):
        _ask(member, project.id, 1)
    if row.button("Play the year", disabled=not champion, help=why or "month by month to the end; it can be stopped"):
        _ask(member, project.id, _YEAR)


def _ask(member: Member, project_id: int, months: int) -> None:
    with told(stop=False):
        with transaction() as session:
            ask_for_replay(session, member, project_id, months, real_now())
        st.rerun()


@st.fragment(run_every=1.0)
def _watch(member: Member, project_id: int) -> None:
    """Live progress; the whole page is drawn anew when a month is done."""
    job = _replaying(project_id)
    seen = st.session_state.get("replay_job")
    if job is None or (seen is not None and seen != job.id):
        st.session_state.pop("replay_job", None)
        st.rerun()
    st.session_state["replay_job"] = job.id
    waits = "waits until the work before it is done" if job.state is JobState.QUEUED else "begins"
    st.progress(job.progress.share, text=f"Replay: {job.progress.doing or waits}")
    if st.button("Stop", key="replay_stop", disabled=job.cancel_requested):
        with told(stop=False), transaction() as session:
            cancel_job(session, member, job.id, real_now())


def _replaying(project_id: int) -> Job | None:
    with reading() as session:
        return next((j for j in unfinished_jobs(session, project_id) if j.kind is JobKind.DEMO_REPLAY), None)
