"""The decay chart with its choices: metric, grain, segment, bands; and the answers behind what is brushed."""

from datetime import datetime
from typing import Any

import streamlit as st

from db.queries.decay import DecayPage, DecayView, decay_page
from db.queries.decay_baselines import MOST_ROWS
from db.queries.predictions import predictions
from db.queries.segments import segments
from db.session import reading
from mms.charts import decay as chart
from mms.charts.theme import colours_of
from mms.domain.decay import Grain
from mms.domain.predictions import Prediction
from mms.domain.projects import Project
from mms.domain.scores import METRICS, metrics_of
from pages.parts.decay_rows import choose_periods, rows_behind_periods
from pages.parts.decay_words import decay_info, key_words
from pages.parts.formatting import counted, metric_help
from pages.parts.model_call import address, feedback_curl
from pages.parts.project import link_query
from pages.parts.session import real_now

ALL = "All answers"

_BY_DAYS = "Errors come in runs, so rows say less than their number: draw whole days again instead. Weeks and months."
_PREVIOUS = (
    f"Draw what answering with the truth of the question before would have scored. Read from the rows, of at most "
    f"{MOST_ROWS:,} labelled answers; probabilities it gives none."
)
_GRAINS = {grain.value.capitalize(): grain for grain in (Grain.MONTH, Grain.WEEK, Grain.DAY, Grain.HOUR)}


def decay_view(project: Project) -> DecayView:
    """What is asked for; it stands in the address."""
    metrics = {m.label: m.name for m in metrics_of(project.task)}
    labels = sorted(metrics, key=lambda label: metrics[label] != project.primary_metric)
    row = st.container(horizontal=True, vertical_alignment="bottom")
    metric = metrics[row.selectbox("Metric", labels, key="metric", bind="query-params", width=230)]
    grain = _GRAINS[row.selectbox("By", list(_GRAINS), key="grain", bind="query-params", width=130)]
    with reading() as session:
        named = [segment.name for segment in segments(session, project.id)]
    segment = ""
    if named:
        chosen = row.selectbox("Of", [ALL, *named], key="segment", bind="query-params", width=200)
        segment = "" if chosen == ALL else chosen
    by_days = row.toggle("Bands from days", key="by_days", bind="query-params", help=_BY_DAYS)
    before = row.toggle("The label before", key="previous", bind="query-params", help=_PREVIOUS)
    st.caption(metric_help(METRICS[metric]))
    return DecayView(
        metric, grain, segment=segment, by_days=by_days, previous=before, beside=_beside(project) if not segment else ()
    )


def decay_chart(project: Project, view: DecayView, page: DecayPage) -> None:
    """The chart, what its strokes mean, and the answers behind the chosen periods."""
    if not page.labelled:
        _no_labels(project, page)
        return
    if page.grain is not view.grain:
        st.caption(f"By {view.grain.value} there are too many points to draw, so they are drawn by {page.grain.value}.")
    if not any(point.mature for point in page.points) and page.grain.coarser:
        st.caption(f"No {page.grain.value} has the 100 labels that are judged: choose a longer period above.")
    info = decay_info(page)
    periods = sorted({point.period for point in page.points if point.estimate})

    def brushed() -> None:
        choose_periods(page.grain, _selected(st.session_state["decay"]))

    st.plotly_chart(
        chart.figure(info, model_colours(page)), alt=chart.words(info), key="decay",
        on_select=brushed, selection_mode=["points", "box"],
    )  # fmt: skip
    st.caption(key_words(page.grain))
    rows_behind_periods(project, view, page, periods)


def model_colours(page: DecayPage) -> dict[int, str]:
    """The colour of each model on every chart of the page, the champion's first."""
    return colours_of(list(decay_info(page).names))


def read_page(project: Project, view: DecayView) -> DecayPage:
    """The page's one query."""
    with reading() as session:
        return decay_page(session, project, view, project.present(real_now()))


def _selected(event: Any) -> list[datetime]:
    """The periods whose dots are chosen."""
    given = [point.get("customdata") for point in event["selection"]["points"]]
    return sorted({datetime.fromisoformat(one[0] if isinstance(one, list) else one) for one in given if one})


def _beside(project: Project) -> tuple[str, ...]:
    """Precision and recall stand below whatever is chosen, where the task has them."""
    known = {metric.name for metric in metrics_of(project.task)}
    return tuple(n for n in ("precision", "recall", "precision_macro", "recall_macro") if n in known)


def _no_labels(project: Project, page: DecayPage) -> None:
    """How feedback arrives, with a call to copy."""
    so_far = f"{counted(page.predicted, 'prediction')}, and the truth about none of them" if page.predicted else (
        "No predictions"
    )  # fmt: skip
    st.info(f"{so_far} yet. Decay shows when feedback arrives: send the truth about a prediction by its id.")
    with reading() as session:
        newest: Prediction | None = next(iter(predictions(session, project.id, limit=1)), None)
    said = None if newest is None else newest.answer
    truth = project.positive_class or (said and (said.label or f"{said.value:g}")) or "the truth"
    st.code(
        feedback_curl(address(), project, 1 if newest is None else newest.id, truth), language="bash", wrap_lines=True
    )
    st.page_link("predict.py", label="Or record it on the predict page", query_params=link_query(project))
