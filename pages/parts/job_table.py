"""Jobs on screen: the queue, and one job with its log, stop and retry."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from db.queries.jobs import COUNT_CAP
from db.session import transaction
from mms.domain.jobs import Job, JobState, LogLine
from mms.domain.members import Member
from mms.usecases.jobs import cancel_job, retry_job
from pages.parts.formatting import counted, local, seconds, time_column
from pages.parts.run_table import STATE_WORDS
from pages.parts.session import real_now
from pages.parts.told import told


def summary(queue: Sequence[Job], upkeep: int = 0) -> str:
    """What the worker does, in one sentence or two. upkeep: running jobs that the queue leaves out."""
    counts = {state: sum(job.state is state for job in queue) for state in JobState}
    beside = f" {counted(upkeep, 'job')} of upkeep {'runs' if upkeep == 1 else 'run'} now." if upkeep else ""
    if not queue:
        return f"Nobody has asked for a job here yet.{beside}"
    busy = f"{counts[JobState.RUNNING]} running and {counts[JobState.QUEUED]} queued"
    failed = counts[JobState.FAILED]
    return f"Of the newest {counted(len(queue), 'job')}, {busy}; {failed or 'none'} failed.{beside}"


def upkeep_shown() -> bool:
    """Whether the table holds what the product does by itself, as the address or the last click says."""
    return bool(st.session_state.get("upkeep", st.query_params.get("upkeep") == "true"))


def upkeep_choice(quiet: int) -> None:
    """What is left out of the table, and the way to it. quiet: jobs of upkeep that did not fail, up to the cap."""
    if quiet:
        many = counted(quiet, "job") if quiet <= COUNT_CAP else f"{COUNT_CAP:,}+ jobs"
        st.checkbox(
            f"Show upkeep too ({many})", key="upkeep", bind="query-params",
            help="what the product does by itself, over and over; what failed is shown always",
        )  # fmt: skip


def job_table(queue: Sequence[Job], now: datetime) -> None:
    """Newest first; a click on a number opens the job below."""

    def open_row() -> None:
        st.query_params["job"] = str(queue[st.session_state["job_open"].row].id)

    frame = pd.DataFrame(
        {
            "job": [f"job {job.id}" for job in queue],
            "kind": [job.kind.value for job in queue],
            "state": [STATE_WORDS[job.state] for job in queue],
            "progress": [100 * (job.progress.share if job.progress.total else job.state.is_final) for job in queue],
            "doing": [job.error or job.progress.doing for job in queue],
            "queued": [job.created_at for job in queue],
            "took": [seconds(_took(job, now)) for job in queue],
            "attempt": [job.attempt for job in queue],
        }
    )
    column = st.column_config
    st.dataframe(
        frame,
        key="jobs",
        hide_index=True,
        height=360 if len(queue) > 9 else "content",
        alt=summary(queue),
        column_config={
            "job": column.ButtonColumn("Job", type="tertiary", key="job_open", on_click=open_row, pinned=True),
            "kind": "Kind",
            "state": "State",
            "progress": column.ProgressColumn("Done", min_value=0, max_value=100, format="%.0f %%"),
            "doing": column.TextColumn("Doing, or why it failed", width="medium"),
            "queued": time_column("Queued"),
            "took": "Took",
            "attempt": column.NumberColumn("Attempt", help="grows each time a worker takes the job"),
        },
    )


def job_card(member: Member, job: Job, lines: Sequence[LogLine]) -> None:
    """One job: error, log, and the button that can act."""
    with st.container(border=True, key="job_card"):
        st.markdown(f"**Job {job.id}**, {job.kind.value}: {STATE_WORDS[job.state]}")
        if job.error:
            st.error(job.error)
        text = "\n".join(f"{local(line.at):%H:%M:%S}  {line.level:<7}  {line.message}" for line in lines)
        st.code(text or "Nothing was logged yet.", language=None, height=240 if len(lines) > 10 else "content")
        if not job.state.is_final and st.button("Stop", key="job_stop", help="What is finished stays."):
            _act(member, job, stop=True)
        again = job.state in (JobState.FAILED, JobState.CANCELLED)
        if again and st.button("Try again", key="job_retry", help="Finished steps are kept."):
            _act(member, job, stop=False)


def _act(member: Member, job: Job, *, stop: bool) -> None:
    with told(stop=False):
        with transaction() as session:
            act = cancel_job if stop else retry_job
            act(session, member, job.id, real_now())
        st.rerun()


def _took(job: Job, now: datetime) -> float | None:
    return None if job.started_at is None else ((job.finished_at or now) - job.started_at).total_seconds()
