"""What a scope's run must beat: the global champion on the rows of the scope."""

import streamlit as st

from mms.domain.promotions import GLOBAL
from mms.domain.runs import Run
from mms.domain.scopes import scope_words
from mms.domain.scores import Metric
from pages.parts.formatting import counted, score_of


def run_reference(run: Run, metric: Metric) -> None:
    """One sentence above the leaderboard; nothing for a run on all rows."""
    if run.scope == GLOBAL:
        return
    reference, rows = run.reference, scope_words(run.scope)
    if reference is None:
        st.markdown(f"This run learns from {rows}. The global champion is asked about them first.")
    elif reference.score is None:
        st.markdown(f"This run learns from {rows}. No global champion stands beside it: {reference.why_not}.")
    else:
        score = score_of(metric, reference.score, reference.score_sd)
        where = reference.source if not reference.same_folds else f"{counted(reference.rows, 'row')}, the same 12 folds"
        st.markdown(
            f"This run learns from {rows}. The global champion, **{reference.champion}**, has {metric.label} "
            f"**{score}** there ({where}): what a model of this scope must beat.",
            help="from its out-of-fold rows where it is of the same snapshot; else on rows that it never saw",
        )
