"""The list of runs."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from mms.domain.jobs import JobState
from mms.domain.markdown import as_text
from mms.domain.projects import Project
from mms.domain.runs import Run
from pages.parts.formatting import counted, seconds, time_column
from pages.parts.project import link_query

STATE_WORDS = {
    JobState.QUEUED: "○ queued",
    JobState.RUNNING: "▶ running",
    JobState.SUCCEEDED: "✓ succeeded",
    JobState.FAILED: "✖ failed",
    JobState.CANCELLED: "– cancelled",
}


def summary(project: Project, launched: Sequence[Run]) -> str:
    """How many runs there are, and what the newest one is doing."""
    if not launched:
        return f"{as_text(project.name)} has no run yet."
    newest = launched[0]
    return (
        f"{as_text(project.name)} has {counted(len(launched), 'run')}; "
        f"the newest, run {newest.number}, is **{newest.state.value}**. A click on a number opens the run."
    )


def frame_of(launched: Sequence[Run], now: datetime) -> pd.DataFrame:
    """One row a run, as people read it."""
    return pd.DataFrame(
        {
            "run": [f"run {run.number}" for run in launched],
            "kind": [run.kind.value for run in launched],
            "state": [STATE_WORDS[run.state] for run in launched],
            "progress": [100 * run.progress.share for run in launched],
            "triples": [run.triples for run in launched],
            "launched": [run.created_at for run in launched],
            "took": [seconds(_took(run, now)) for run in launched],
            "by": [run.launched_by for run in launched],
            "outcome": [run.error or run.verdict or "" for run in launched],
        }
    )


def run_table(project: Project, launched: Sequence[Run], now: datetime) -> None:
    """Draw the list; a click on a number opens the run."""

    def open_row() -> None:
        chosen = launched[st.session_state["runs_open"].row]
        st.switch_page("runs.py", query_params=link_query(project, run=chosen.id))

    column = st.column_config
    st.dataframe(
        frame_of(launched, now),
        key="runs_table",
        hide_index=True,
        height="content",
        alt=summary(project, launched),
        column_config={
            "run": column.ButtonColumn("Run", type="tertiary", key="runs_open", on_click=open_row, pinned=True),
            "kind": column.TextColumn(
                "Kind", help="selection: you chose what to try; retraining: challenges a champion"
            ),
            "state": column.TextColumn("State"),
            "progress": column.ProgressColumn("Fits done", min_value=0, max_value=100, format="%.0f %%"),
            "triples": column.NumberColumn("Triples", help="each is fitted on 12 folds and then on the whole snapshot"),
            "launched": time_column("Launched"),
            "took": column.TextColumn("Took"),
            "by": column.TextColumn("By"),
            "outcome": column.TextColumn("Outcome", width="large"),
        },
    )


def _took(run: Run, now: datetime) -> float | None:
    return None if run.started_at is None else ((run.finished_at or now) - run.started_at).total_seconds()
