"""A diagnostic that takes fits or the whole pipeline: its cost before the click, its progress, its tables."""

import pandas as pd
import streamlit as st

from db.queries.diagnostics import find_diagnostics, tables_of
from db.queries.jobs import get_job
from db.session import reading, transaction
from mms.domain.diagnostics import Cost, Diagnostic, Question
from mms.domain.errors import MmsError
from mms.domain.jobs import JobState, Progress
from mms.domain.members import Member
from mms.usecases.diagnostics import ask_for
from mms.usecases.inspection import cost
from mms.usecases.jobs import cancel_job
from pages.parts.formatting import counted, seconds
from pages.parts.session import real_now
from pages.parts.told import told

Tables = dict[str, pd.DataFrame]


def asked_tables(member: Member, question: Question, key: str) -> Tables | None:
    """The tables where they are made; else what stands in their place: cost and button, progress and Stop, the reason.

    key: of its widgets, unique on the page.
    """
    with reading() as session:
        found = find_diagnostics(session, [question]).get(question.hash)
        tables = tables_of(session, [question]).get(question.hash)
    if tables is not None:
        return tables
    if found is not None and found.job_id is not None and not found.state.is_final:
        _follow(member, question, key)
        return None
    if found is not None and found.state is JobState.FAILED:
        st.warning(found.error or "It failed without a word: ask an administrator for the worker's log.")
    elif found is not None and found.state is JobState.CANCELLED:
        st.info("Somebody stopped it before it was done.")
    _button(member, question, key)
    return None


def cost_words(spent: Cost) -> str:
    """'48 fits, about 1 min 20 s on one core'."""
    parts = [counted(spent.fits, "fit")] if spent.fits else []
    if spent.calls:
        parts.append(f"{spent.calls:,} calls of {'the fits' if spent.fits else 'the model'}")
    about = "" if spent.seconds is None else f", about {seconds(spent.seconds)} on one core"
    return " and ".join(parts or ["no fits"]) + about


def _button(member: Member, question: Question, key: str) -> None:
    try:
        with reading() as session:
            spent = cost(session, member, question)
    except MmsError as error:
        st.info(error.sentence)
        return
    words = cost_words(spent)
    st.markdown(f"It takes **{words}**. A worker does it; it is stored, and nobody needs to ask for it again.")
    if st.button("Compute it", key=f"ask_{key}", icon=":material/calculate:", help=words):
        with told(stop=False):
            with transaction() as session:
                ask_for(session, member, question, real_now())
            st.rerun()


def _follow(member: Member, question: Question, key: str) -> None:
    @st.fragment(run_every=1.0)
    def live() -> None:
        with reading() as session:
            found = find_diagnostics(session, [question]).get(question.hash)
            job = get_job(session, found.job_id) if found is not None and found.job_id is not None else None
        if found is None or job is None or found.state.is_final:
            st.rerun()  # the whole page, once: that ends the polling
            return
        st.progress(job.progress.share, text=_progress_words(found, job.progress))
        if st.button("Stop", key=f"stop_{key}", icon=":material/stop:"):
            with told(stop=False), transaction() as session:
                cancel_job(session, member, job.id, real_now())

    live()


def _progress_words(found: Diagnostic, progress: Progress) -> str:
    if found.state is JobState.QUEUED:
        return "queued: a worker takes it in a moment"
    fits = f", {progress.done:,} of {progress.total:,} fits" if progress.total else ""
    return f"running{fits}"
