"""The decay chart, and the answers behind what is brushed."""

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from db.queries.decay import DecayPage, DecayView, decay_page
from db.queries.predictions import predictions
from db.session import reading
from mms.charts import decay as chart
from mms.charts.theme import colours_of
from mms.domain.predictions import Prediction
from mms.domain.projects import Project
from pages.parts.decay_rows import choose_periods, rows_behind_periods
from pages.parts.decay_words import decay_info, key_words
from pages.parts.formatting import counted
from pages.parts.model_call import address, feedback_curl
from pages.parts.project import link_query
from pages.parts.session import real_now


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
        choose_periods(page.grain, _selected(st.session_state["decay"], page))

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


def _selected(event: Any, page: DecayPage) -> list[datetime]:
    """The periods whose dots are chosen, and those that a box reaches."""
    given = [point.get("customdata") for point in event["selection"]["points"]]
    texts = [one[0] if isinstance(one, list) else one for one in given if one]
    found = {datetime.fromisoformat(one) for one in texts if isinstance(one, str)}  # a line's are numbers
    for box in event["selection"]["box"]:
        first, last = sorted(datetime.fromisoformat(end).replace(tzinfo=UTC) for end in box["x"])
        found |= {point.period for point in page.points if point.estimate and first <= chart.middle(point) <= last}
    return sorted(found)


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
