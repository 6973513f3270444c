"""Triples side by side: of the chosen models, of a run, or of the project."""

from collections.abc import Sequence

import streamlit as st
from sqlalchemy.orm import Session

from db.queries.models import best_models
from mms.charts import parallel
from mms.domain.models import Model, RankedModel
from mms.domain.projects import Project
from mms.domain.scores import METRICS

WHOSE = ("these models", "their snapshot", "their run")


def triples(session: Session, project: Project, models: Sequence[Model]) -> None:
    """One line a triple; which part of the search was worth it."""
    whose = st.radio(
        "Triples of", WHOSE, horizontal=True, key="whose", bind="query-params",
        help=f"At most {parallel.LINES}, the best ones, all on the same rows.",
    )  # fmt: skip
    info = parallel.parallel_of(_chosen(session, models, str(whose)))
    finding = parallel.words(info)
    st.markdown(finding)
    st.plotly_chart(parallel.figure(info, METRICS[project.primary_metric]), alt=finding, key="parallel")
    st.caption("Drag along an axis to keep the lines that pass there; a double click there brings all back.")


def _chosen(session: Session, models: Sequence[Model], whose: str) -> Sequence[RankedModel]:
    first = models[0].ranked
    if whose == WHOSE[0]:
        return [model.ranked for model in models]
    run_id, snapshot_id = (first.run_id, None) if whose == WHOSE[2] else (None, first.snapshot_id)
    return best_models(session, first.project_id, parallel.LINES, run_id=run_id, snapshot_id=snapshot_id)
