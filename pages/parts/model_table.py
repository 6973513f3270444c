"""The model table: rows of the classic columns, the sentence above it, and what is done with chosen rows."""

from collections.abc import Collection, Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from mms.domain.comparison import band_of
from mms.domain.models import ModelPage, ModelState, RankedModel
from mms.domain.projects import Project
from mms.domain.promotions import GLOBAL
from mms.domain.scopes import scope_words
from mms.domain.scores import METRICS, Metric
from mms.domain.triples import described
from pages.parts.formatting import age, score_of, seconds, size, time_column

STATE_WORDS = {
    ModelState.CHAMPION: "◆ champion",
    ModelState.CHALLENGER: "◇ challenger",
    ModelState.CANDIDATE: "○ candidate",
    ModelState.RETIRED: "– retired",
}

BAND = "background-color: rgba(0, 114, 178, 0.16)"
"""How cells of models within one standard error of the best are shaded."""


def frame_of(models: Sequence[RankedModel], metric: Metric, band: Collection[int], now: datetime) -> pd.DataFrame:
    """One row a model, as people read it; those within one standard error of the best bear a ≈.

    `scope` is among the columns where a model answers for a scope of its own.
    """
    frame = pd.DataFrame(
        {
            "id": [f"v{m.version}" for m in models],
            "model": [m.algorithm for m in models],
            "hyperparameters": [described(m.hyperparameters) or "defaults" for m in models],
            "build": [seconds(m.build_seconds) for m in models],
            "score": [score_of(metric, m.score, m.score_sd) + (" ≈" if m.id in band else "") for m in models],
            "artifact": [f"/api/v1/models/{m.id}/artifact#{size(m.artifact_size)}" for m in models],
            "state": [STATE_WORDS[m.state] for m in models],
            "age": [age(m.created_at, now) for m in models],
            "owner": [m.owner for m in models],
            "touched": [m.touched_at for m in models],
        }
    )
    if any(m.scope != GLOBAL for m in models):
        frame.insert(2, "scope", [m.scope for m in models])
    return frame


def sentence(page: ModelPage, best: Sequence[RankedModel], metric: Metric) -> str:
    """How many there are, which is best, and how many come as near as one standard error. best: best first."""
    noun = "model" if page.total == 1 and not page.capped else "models"
    if not best:
        return f"{page.total_words} {noun}."
    whose = "" if best[0].scope == GLOBAL else f" (for {scope_words(best[0].scope)} only)"
    first = f"best is **{best[0].name}**{whose} with {metric.label} {score_of(metric, best[0].score, best[0].score_sd)}"
    if len(best) == 1:
        return f"{page.total_words} {noun}; {first}."
    band = band_of(best)
    if len(band) == 1:
        return f"{page.total_words} {noun}; {first}, and no other comes within one standard error of it."
    more = "+" if len(band) == len(best) and len(best) < page.total else ""
    near = "1 other comes" if len(band) == 2 else f"{len(band) - 1}{more} others come"
    return f"{page.total_words} {noun}; {first}, but {near} within one standard error of it (shaded, ≈)."


def models_table(page: ModelPage, project: Project, band: Collection[int], now: datetime, key: str) -> list[int]:
    """Draw one page of the table; a click on an ID opens its model. Returns the ids of the chosen rows."""
    ids = [m.id for m in page.models]

    def open_row() -> None:
        st.switch_page("model.py", query_params={"id": str(ids[st.session_state[f"{key}_open"].row])})

    metric = METRICS[project.primary_metric]
    frame = frame_of(page.models, metric, band, now)
    shaded = [i for i, m in enumerate(page.models) if m.id in band]
    column = st.column_config
    event = st.dataframe(
        frame.style.map(lambda _: BAND, subset=(shaded, ["score"])) if shaded else frame,
        key=key,
        hide_index=True,
        height="content",
        on_select="rerun",
        selection_mode="multi-row",
        alt=f"{len(ids)} models of {project.name}",
        column_config={
            "id": column.ButtonColumn("ID", type="tertiary", key=f"{key}_open", on_click=open_row, pinned=True),
            "model": column.TextColumn("Model", width=110, help="the algorithm of the triple"),
            "scope": column.TextColumn("Scope", help="whose rows it learned from, is scored on and answers for"),
            "hyperparameters": column.TextColumn("Hyperparameters", width="medium"),
            "build": column.TextColumn("Build time", help="wall time of the final fit on the whole snapshot"),
            "score": column.TextColumn(f"Score ({metric.label})", help=_score_help(metric)),
            "artifact": column.LinkColumn("Artifact", display_text=r"#(.*)$", help="download the persisted model"),
            "state": column.TextColumn("State"),
            "age": column.TextColumn("Age"),
            "owner": column.TextColumn("Owner"),
            "touched": time_column("Last touched"),
        },
    )
    return [ids[row] for row in event.selection.rows if row < len(ids)]


def _score_help(metric: Metric) -> str:
    return (
        f"{metric.label}: {metric.explanation}; {metric.direction}. Mean of 12 folds ± standard deviation over them. "
        "≈ and shade: within one standard error of the best on the same rows and folds; prefer the simplest of these."
    )
