"""The model table on screen, and the sentence above it."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from mms.domain.comparison import band_of
from mms.domain.models import ModelPage, RankedModel
from mms.domain.projects import Project
from mms.domain.promotions import GLOBAL
from mms.domain.scopes import scope_words
from mms.domain.scores import Metric
from pages.parts.formatting import score_of, time_column
from pages.parts.model_frame import Look, frame_of
from pages.parts.model_view import TABLE, clear_forgotten

_OPEN = "models_open"

BAND = "background-color: rgba(0, 114, 178, 0.16)"
"""How cells of models within one standard error of the best are shaded."""


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


def models_table(page: ModelPage, project: Project, look: Look) -> list[int]:
    """Draw one page of the table; a click on an ID opens its model. Returns the ids of the chosen rows."""
    ids = [m.id for m in page.models]

    def open_row() -> None:
        st.switch_page("model.py", query_params={"id": str(ids[st.session_state[_OPEN].row])})

    clear_forgotten()
    frame = frame_of(page, look)
    shaded = [i for i, m in enumerate(page.models) if m.id in look.band]
    event = st.dataframe(
        frame.style.map(lambda _: BAND, subset=(shaded, ["score"])) if shaded else frame,
        key=TABLE,
        hide_index=True,
        height="content",
        on_select="rerun",
        selection_mode="multi-row",
        alt=f"{len(ids)} models of {project.name}",
        column_config={
            "id": st.column_config.ButtonColumn("ID", type="tertiary", key=_OPEN, on_click=open_row, pinned=True),
            **_config(look),
        },
    )
    return [ids[row] for row in event.selection.rows if row < len(ids)]


def _config(look: Look) -> dict[str, Any]:
    column, values = st.column_config, [one for folds in look.folds.values() for one in folds]
    ends = (min(values), max(values)) if values else (0.0, 1.0)
    return {
        "model": column.TextColumn("Model", width=110, help="the algorithm of the triple"),
        "scope": column.TextColumn("Scope", help="whose rows it learned from, is scored on and answers for"),
        "hyperparameters": column.TextColumn("Hyperparameters", width="medium"),
        "build": column.TextColumn("Build time", help="wall time of the final fit on the whole snapshot"),
        "score": column.TextColumn(f"Score ({look.metric.label})", help=_score_help(look.metric)),
        "folds": column.LineChartColumn(
            "By fold",
            y_min=ends[0],
            y_max=ends[1],
            width=90,
            help=f"{look.metric.label} on each of the folds, in order",
        ),
        "artifact": column.LinkColumn("Artifact", display_text=r"#(.*)$", help="download the persisted model"),
        "state": column.TextColumn("State"),
        "tags": column.TextColumn("Tags"),
        "age": column.TextColumn("Age"),
        "owner": column.TextColumn("Owner"),
        "touched": time_column("Last touched"),
        **{one.label: column.Column(one.label, help=one.explanation) for one in look.columns},
    }


def _score_help(metric: Metric) -> str:
    return (
        f"{metric.label}: {metric.explanation}; {metric.direction}. Mean of 12 folds ± standard deviation over them. "
        "≈ and shade: within one standard error of the best on the same rows and folds; prefer the simplest of these."
    )
