"""The leaderboard of one run, and why its failed triples failed."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from db.queries.runs import RunPage
from mms.domain.comparison import Standings, standings_words
from mms.domain.projects import Project
from mms.domain.runs import Origin, RunTriple
from mms.domain.scores import METRICS, Metric
from mms.domain.triples import described
from pages.parts.formatting import counted, metric_help, score_of
from pages.parts.model_table import BAND
from pages.parts.project import link_query
from pages.parts.run_table import STATE_WORDS
from pages.parts.scope_choice import scope_address

_STANDS = (
    "≈ and shade: within one standard error of the best. p: of the corrected paired t-test over the 12 folds, the best "
    "against each other model, adjusted by Holm for their number; from 0.05 on the two are not distinguishable. "
    "It is told when the run is finished."
)


def leaderboard(project: Project, page: RunPage, standings: Standings | None) -> None:
    """Draw the triples, each with the way to its model, and say of each failed one why.

    standings: of a finished run, how its models stand against the best.
    """
    metric, scope = METRICS[project.primary_metric], scope_address(page.run.scope)

    def open_row() -> None:
        model_id = page.triples[st.session_state["leaderboard_open"].row].model_id
        if model_id is not None:
            st.switch_page("model.py", query_params={"id": str(model_id)})

    def edit_row() -> None:
        chosen = page.triples[st.session_state["leaderboard_edit"].row]
        if chosen.origin is not Origin.BASELINE:
            st.switch_page("train.py", query_params=link_query(project, triple=chosen.id, **scope))

    st.header("Leaderboard so far" if not page.run.state.is_final else "Leaderboard")
    if standings:
        _proposal(project, standings)
    band = {row.model.id for row in standings.band} if standings and len(standings.band) > 1 else set()
    frame = leaderboard_frame(page.triples, metric, standings)
    shaded = [i for i, t in enumerate(page.triples) if t.model_id in band]
    st.dataframe(
        frame.style.map(lambda _: BAND, subset=(shaded, ["score", "stands"])) if shaded else frame,
        key="leaderboard",
        hide_index=True,
        height="content",
        alt=f"{counted(len(page.triples), 'triple')} of run {page.run.number} by {metric.label}",
        column_config={
            "model": st.column_config.ButtonColumn(
                "Model", type="tertiary", key="leaderboard_open", on_click=open_row, pinned=True
            ),
            "edit": st.column_config.ButtonColumn("Triple", type="tertiary", key="leaderboard_edit", on_click=edit_row),
            "algorithm": "Algorithm",
            "score": st.column_config.TextColumn(
                f"Score ({metric.label})",
                help=f"{metric_help(metric)} Mean of the folds so far ± standard deviation over them.",
            ),
            "stands": st.column_config.TextColumn("Against the best", help=_STANDS),
            "hyperparameters": st.column_config.TextColumn("Hyperparameters", width="medium"),
            "recipe": "Recipe",
            "origin": st.column_config.TextColumn(
                "Origin", help="space: you asked for it; baseline: the Dummy; champion: the champion's triple, refitted"
            ),
            "folds": st.column_config.ProgressColumn("Folds", min_value=0, max_value=12, format="%d of 12"),
            "state": "State",
        },
    )
    _failures(page.triples)


def _failures(triples: Sequence[RunTriple]) -> None:
    for failed in (t for t in triples if t.error):
        words = described(failed.triple.hyperparameters) or "defaults"
        st.warning(f"{failed.triple.algorithm} ({words}) failed, and the run went on: {failed.error}")


def _proposal(project: Project, standings: Standings) -> None:
    """The best, those as good, and the way to the simplest of them."""
    st.markdown(standings_words(standings))
    best, simple = standings.rows[0].model, standings.simplest.model
    if simple.id == best.id:
        return
    row = st.container(horizontal=True)
    row.page_link("model.py", label=f"Open {simple.name}", icon=":material/eco:", query_params={"id": str(simple.id)})
    row.page_link(
        "compare.py",
        label="Compare it with the best",
        icon=":material/compare_arrows:",
        query_params=link_query(project, ids=f"{best.id},{simple.id}"),
    )


def leaderboard_frame(triples: Sequence[RunTriple], metric: Metric, standings: Standings | None) -> pd.DataFrame:
    """One row a triple, best mean score so far first; `stands`: against the best, or why it was left."""
    names = {row.model.id: f"v{row.model.version}" for row in standings.rows} if standings else {}
    stands = {row.model.id: row.words for row in standings.rows} if standings else {}
    return pd.DataFrame(
        {
            "model": ["–" if t.model_id is None else names.get(t.model_id, "open") for t in triples],
            "edit": ["–" if t.origin is Origin.BASELINE else "edit" for t in triples],
            "algorithm": [t.triple.algorithm for t in triples],
            "score": ["–" if t.score is None else score_of(metric, t.score, t.score_sd) for t in triples],
            "stands": [stands.get(t.model_id or 0, t.note or "–") for t in triples],
            "hyperparameters": [described(t.triple.hyperparameters) or "defaults" for t in triples],
            "recipe": [t.triple.recipe.name for t in triples],
            "origin": [t.origin.value for t in triples],
            "folds": [t.folds_done for t in triples],
            "state": [STATE_WORDS[t.state] for t in triples],
        }
    )
