"""What scores cost: against the seconds of fits and of predictions."""

from typing import Any

import streamlit as st

from mms.charts import pareto
from mms.domain.comparison import Comparison
from mms.domain.projects import Project
from mms.domain.scores import METRICS
from pages.parts.project import link_query

APART = "They were scored on different rows, so their scores and seconds do not compare: refit one on the others' rows."


def costs(project: Project, comparison: Comparison | None, colours: dict[int, str]) -> None:
    """Two fronts; points that are clicked lead to their models."""
    if comparison is None:
        st.info(APART)
        return
    metric, names = METRICS[comparison.metric], {c.model.id: c.model.name for c in comparison.models}
    clicked: list[int] = []
    for column, cost in zip(st.columns(2), pareto.Cost, strict=True):
        info = pareto.pareto_of(comparison.models, metric, cost)
        finding = pareto.words(info)
        event = column.plotly_chart(
            pareto.figure(info, colours), alt=finding, key=f"pareto_{cost.name.lower()}", on_select="rerun",
            selection_mode="points",
        )  # fmt: skip
        column.caption(finding)
        clicked += ids_in(event)
    st.caption(
        "Filled points are on the front. Times are those of the stored folds, of the estimator without its recipe."
    )
    for model_id in dict.fromkeys(clicked):
        st.page_link("model.py", label=f"Open {names[model_id]}", query_params=link_query(project, id=model_id))


def ids_in(event: Any) -> list[int]:
    """The models of the points that are selected in a chart; the first of a point's custom data is the model's id."""
    return [int(point["customdata"][0]) for point in event.selection.points if point.get("customdata")]
