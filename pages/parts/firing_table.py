"""Firings of triggers: each with its evidence, its outcome and its run."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mms.domain.projects import Project
from mms.domain.triggers import Firing
from pages.parts.formatting import counted, time_column
from pages.parts.project import link_query


def firings_table(project: Project, fired: Sequence[Firing]) -> None:
    """Each firing with its evidence; a click on the run opens it."""
    if not fired:
        st.markdown("No trigger has fired yet. Each firing keeps its evidence and its run here.")
        return

    def open_row() -> None:
        run_id = fired[st.session_state["firing_open"].row].run_id
        if run_id is not None:
            st.switch_page("runs.py", query_params=link_query(project, run=run_id))

    frame = pd.DataFrame(
        {
            "fired": [f.fired_at for f in fired],
            "trigger": [f.name for f in fired],
            "evidence": [evidence_words(f) for f in fired],
            "outcome": [f.outcome or "–" for f in fired],
            "gain": [_gain_words(f) for f in fired],
            "run": ["–" if f.run_id is None else "open" for f in fired],
        }
    )
    column = st.column_config
    st.dataframe(
        frame,
        key="firings",
        hide_index=True,
        height="content",
        alt=f"{counted(len(fired), 'firing')} of {project.name}",
        column_config={
            "fired": time_column("Fired"),
            "trigger": "Trigger",
            "evidence": column.TextColumn("Evidence", width=170),
            "outcome": column.TextColumn("Outcome", width=170),
            "gain": column.TextColumn("Gain", width=190, help="The score before, and of the new champion since."),
            "run": column.ButtonColumn("Run", type="tertiary", key="firing_open", on_click=open_row),
        },
    )


def paid_off(fired: Sequence[Firing]) -> str:
    """Which retrainings were worth it: '3 of 5 retrainings paid off.'."""
    known = [firing.gain for firing in fired if firing.gain is not None]
    if not known:
        return "Whether a retraining paid off is told when the answers after its promotion have their labels."
    better = sum(gain.paid_off for gain in known)
    rest = len(fired) - len(known)
    waiting = f" Of {counted(rest, 'other firing')} it is not known." if rest else ""
    return f"**{better} of {counted(len(known), 'retraining')} paid off.**{waiting}"


def _gain_words(firing: Firing) -> str:
    if firing.gain is None:
        return "not known yet" if firing.run_id is not None else "–"
    return f"{'▲' if firing.gain.paid_off else '▼'} {firing.gain.sentence}"


def evidence_words(firing: Firing) -> str:
    """What the trigger read when it fired."""
    return str(firing.evidence.get("reading", ""))
