"""What is asked of the decay chart: metric, grain, segment, bands, what lies beside; it stands in the address."""

import streamlit as st

from db.queries.decay import DecayView
from db.queries.decay_baselines import MOST_ROWS
from db.queries.promotions import champions
from db.queries.segments import segments
from db.session import reading
from mms.domain.decay import Grain
from mms.domain.projects import Project
from mms.domain.promotions import GLOBAL
from mms.domain.scores import METRICS, metrics_of
from pages.parts.formatting import metric_help

ALL = "All answers"

_SCOPE = "Whose champion: that of all rows, or of a group, segment or user with one of its own."
_BY_DAYS = "Errors come in runs, so rows say less than their number: draw whole days again instead."
_PREVIOUS = (
    f"Draw what answering with the truth of the question before would have scored. Read from the rows, of at most "
    f"{MOST_ROWS:,} labelled answers; probabilities it gives none."
)
_BESIDE = "Draw them below the metric that is chosen; by week and month they always are."
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
        seats = [seat.promotion.scope for seat in champions(session, project.id) if seat.promotion.scope != GLOBAL]
    scope = GLOBAL
    if seats:
        scope = row.selectbox("Scope", [GLOBAL, *seats], key="scope", bind="query-params", help=_SCOPE, width=200)
    segment = ""
    if named:
        chosen = row.selectbox("Of", [ALL, *named], key="segment", bind="query-params", width=200)
        segment = "" if chosen == ALL else chosen
    long, beside = grain in (Grain.MONTH, Grain.WEEK), _beside(project) if not segment else ()
    by_days = long and row.toggle("Bands from days", key="by_days", bind="query-params", help=_BY_DAYS)
    before = row.toggle("The label before", key="previous", bind="query-params", help=_PREVIOUS)
    if beside and not long:  # so many points are soon drawn once, and slowly three times
        shown = row.toggle("Precision and recall", key="beside", bind="query-params", help=_BESIDE)
        beside = beside if shown else ()
    st.caption(metric_help(METRICS[metric]))
    return DecayView(metric, grain, scope, segment, by_days=by_days, previous=before, beside=beside)


def _beside(project: Project) -> tuple[str, ...]:
    """Precision and recall stand below whatever is chosen, where the task has them."""
    known = {metric.name for metric in metrics_of(project.task)}
    return tuple(n for n in ("precision", "recall", "precision_macro", "recall_macro") if n in known)
