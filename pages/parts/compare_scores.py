"""Scores of models side by side: each pair, fold by fold, and every metric."""

from collections.abc import Sequence

import streamlit as st
from sqlalchemy.orm import Session

from db.queries.runs import fold_results
from mms.charts import fold_scores
from mms.domain.comparison import Comparison
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.scores import METRICS
from pages.parts.comparison import comparison_frame, only_different
from pages.parts.verdict import difference_plot, pair_table


def scores(
    session: Session, project: Project, models: Sequence[Model], comparison: Comparison | None, colours: dict[int, str]
) -> None:
    """Pairs and folds where the models share them, then everything in one table."""
    if comparison:
        pair_table(comparison)
        difference_plot(comparison, colours)
        _folds(session, project, models, colours)
    frame = comparison_frame(models, project)
    if st.toggle("Only what differs", key="differs", bind="query-params"):
        frame = only_different(frame)
    st.dataframe(
        frame, hide_index=True, height="content", alt="the models side by side; ≠ marks what differs",
        column_config={"differs": st.column_config.Column(width=60), "property": st.column_config.Column(width=230)},
    )  # fmt: skip


def _folds(session: Session, project: Project, models: Sequence[Model], colours: dict[int, str]) -> None:
    metric, results = METRICS[project.primary_metric], fold_results(session, [m.id for m in models])
    series = [fold_scores.series_of(m.id, m.ranked.name, results.get(m.id, []), metric) for m in models]
    finding = fold_scores.words(series, metric)
    st.plotly_chart(fold_scores.figure(series, metric, colours), alt=finding, key="folds")
    st.caption(finding)
