"""The leaderboard of one run, and why its failed triples failed."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from db.queries.runs import RunPage
from mms.domain.runs import RunTriple
from mms.domain.scores import Metric
from mms.domain.triples import described
from pages.parts.formatting import counted, metric_help, score_of
from pages.parts.run_table import STATE_WORDS


def leaderboard(page: RunPage, metric: Metric) -> None:
    """Draw the triples, each with the way to its model, and say of each failed one why."""

    def open_row() -> None:
        model_id = page.triples[st.session_state["leaderboard_open"].row].model_id
        if model_id is not None:
            st.switch_page("model.py", query_params={"id": str(model_id)})

    st.subheader("Leaderboard so far" if not page.run.state.is_final else "Leaderboard")
    st.dataframe(
        leaderboard_frame(page.triples, metric),
        key="leaderboard",
        hide_index=True,
        height="content",
        alt=f"{counted(len(page.triples), 'triple')} of run {page.run.number} by {metric.label}",
        column_config={
            "algorithm": "Algorithm",
            "hyperparameters": st.column_config.TextColumn("Hyperparameters", width="medium"),
            "recipe": "Recipe",
            "origin": st.column_config.TextColumn(
                "Origin", help="space: you asked for it; baseline: the Dummy; champion: the champion's triple, refitted"
            ),
            "folds": st.column_config.ProgressColumn("Folds", min_value=0, max_value=12, format="%d of 12"),
            "score": st.column_config.TextColumn(
                f"Score ({metric.label})",
                help=f"{metric_help(metric)} Mean of the folds so far ± standard deviation over them.",
            ),
            "state": "State",
            "model": st.column_config.ButtonColumn("Model", type="tertiary", key="leaderboard_open", on_click=open_row),
        },
    )
    for failed in (t for t in page.triples if t.error):
        words = described(failed.triple.hyperparameters) or "defaults"
        st.warning(f"{failed.triple.algorithm} ({words}) failed, and the run went on: {failed.error}")


def leaderboard_frame(triples: Sequence[RunTriple], metric: Metric) -> pd.DataFrame:
    """One row a triple, best mean score so far first."""
    return pd.DataFrame(
        {
            "algorithm": [t.triple.algorithm for t in triples],
            "hyperparameters": [described(t.triple.hyperparameters) or "defaults" for t in triples],
            "recipe": [t.triple.recipe.name for t in triples],
            "origin": [t.origin.value for t in triples],
            "folds": [t.folds_done for t in triples],
            "score": ["–" if t.score is None else score_of(metric, t.score, t.score_sd) for t in triples],
            "state": [STATE_WORDS[t.state] for t in triples],
            "model": ["–" if t.model_id is None else "open" for t in triples],
        }
    )
