"""One run, followed live: how far, what now, how long still, the leaderboard so far, and the log."""

from datetime import datetime

import streamlit as st

from db.queries.jobs import log_lines
from db.queries.projects import get_project
from db.queries.promotions import Champion, find_champion
from db.queries.runs import RunPage, run_page
from db.session import reading
from mms.domain.comparison import Standings
from mms.domain.jobs import JobState
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.domain.runs import Origin, Run, RunKind
from mms.domain.scores import METRICS
from mms.domain.search import SearchKind
from mms.usecases.comparisons import standings
from pages.parts.formatting import counted, seconds, time_words, utc_help
from pages.parts.project import link_query
from pages.parts.run_buttons import run_buttons
from pages.parts.run_leaderboard import leaderboard
from pages.parts.run_log import run_log
from pages.parts.run_reference import run_reference
from pages.parts.run_table import STATE_WORDS
from pages.parts.session import real_now
from pages.parts.told import told

_WAYS = {
    SearchKind.ALL: " × 13 fits",
    SearchKind.HALVING: " by successive halving",
    SearchKind.TRIALS: ", most of them proposed by Optuna, × 13 fits",
}
_DAY_SECONDS = 86400
_PATIENCE_SECONDS = 15
"""A run that waits longer than this waits for a worker, and the page says so."""


def follow_run(member: Member, page: RunPage) -> None:
    """Draw the run, again each second while it is unfinished."""
    finished = page.run.state.is_final
    run_id = page.run.id

    @st.fragment(run_every=None if finished else 1.0)
    def live() -> None:
        with told(), reading() as session:
            now_page = run_page(session, run_id)
            project = get_project(session, member, now_page.run.project_id)
            champion = find_champion(session, project.id, now_page.run.scope)
            lines = log_lines(session, now_page.run.job_id) if now_page.run.job_id else []
            stand = standings(session, member, run_id) if finished else None
        if now_page.run.state.is_final and not finished:
            st.rerun()  # the whole page, once: that ends the polling
        _draw(member, project, now_page, champion, stand)
        run_log(lines)

    live()


def sentence(page: RunPage, now: datetime) -> str:
    """State, how far, what it does now, how long still."""
    run, progress = page.run, page.run.progress
    fits = f"{progress.done:,} of {progress.total or run.fits:,} fits"
    if run.state is JobState.QUEUED:
        waited = (now - page.queued_at).total_seconds()
        why = f" {counted(page.ahead, 'job')} before it." if page.ahead else ""
        if not page.ahead and waited > _PATIENCE_SECONDS:
            why = " No worker has taken it: is one running?"
        how_long = f" for {seconds(max(0.0, waited))}" if waited < _DAY_SECONDS else ""  # a replay queues in its past
        return f"**○ queued**{how_long}.{why}"
    if run.state is JobState.RUNNING:
        left = "" if page.seconds_left is None else f" · {seconds(page.seconds_left)} left"
        return f"**▶ running** · {fits}{left} · {progress.doing or 'starting'}"
    took = "" if not (run.started_at and run.finished_at) else f" after {seconds(_lasted(run))}"
    models = counted(sum(t.model_id is not None for t in page.triples), "model")
    return f"**{STATE_WORDS[run.state]}**{took} · {fits} · {models}."


def _draw(member: Member, project: Project, page: RunPage, champion: Champion | None, stand: Standings | None) -> None:
    run = page.run
    st.markdown(sentence(page, real_now()))
    if not run.state.is_final:
        st.progress(run.progress.share)
    st.caption(
        f"{run.kind.value} on {page.snapshot_name or 'a snapshot that its first step takes'} · "
        f"{counted(run.triples, 'triple')}{_WAYS[run.search.kind]} = {run.fits:,} fits · "
        f"launched by {run.launched_by}, {time_words(run.created_at)}"
        f"{'' if project.clock is None else ' on the clock of the project'}",
        help=utc_help(run.created_at),
    )
    if run.error:
        st.error(run.error)
    if run.kind is RunKind.RETRAINING:
        _challenge(project, page, champion)
    run_buttons(member, project, run, any(t.model_id for t in page.triples))
    run_reference(run, METRICS[project.primary_metric])
    leaderboard(project, page, stand)


def _challenge(project: Project, page: RunPage, champion: Champion | None) -> None:
    """Whom a retraining challenges, the verdict, and the challenger beside the champion."""
    scope = f"the champion of {page.run.scope}"
    who = f"{scope}, {champion.model.name}" if champion else f"{scope}, whose seat is empty"
    st.markdown(f"This run challenges {who}. **Verdict:** {page.run.verdict or 'open until the run is finished.'}")
    best = next((t for t in page.triples if t.model_id and t.origin is not Origin.BASELINE), None)
    if best and champion and best.model_id != champion.model.id:
        ids = f"{champion.model.id},{best.model_id}"
        st.page_link(
            "compare.py",
            label="Challenger beside champion",
            icon=":material/compare_arrows:",
            query_params=link_query(project, ids=ids),
        )


def _lasted(run: Run) -> float:
    assert run.started_at is not None
    assert run.finished_at is not None
    return (run.finished_at - run.started_at).total_seconds()
