"""Decay: what the champion's score did since it was seated, month by month, and what to do about it."""

import streamlit as st

from db.queries.decay import DecayPage, decay_page
from db.queries.predictions import predictions
from db.session import reading
from mms.charts import decay as chart
from mms.charts.theme import colours_of
from mms.domain.buckets import WATCHED
from mms.domain.members import Member
from mms.domain.predictions import Prediction
from mms.domain.projects import Project
from mms.domain.scores import METRICS, metrics_of
from pages.parts.decay_words import decay_info, headline
from pages.parts.firing_table import evidence_words
from pages.parts.formatting import counted, metric_help, time_words, utc_help
from pages.parts.model_call import address, feedback_curl
from pages.parts.project import chosen_project, link_query
from pages.parts.replay import replay_bar
from pages.parts.retrain import retrain_button
from pages.parts.session import current_member, real_now
from pages.parts.told import told


def render(member: Member) -> None:
    """The sentence, the button, the chart, the firings."""
    st.title("Decay")
    project = chosen_project(member)
    if project is None:
        return
    metrics = {m.label: m.name for m in metrics_of(project.task) if m.name in WATCHED}
    labels = sorted(metrics, key=lambda label: metrics[label] != project.primary_metric)
    top = st.container()
    metric = metrics[st.selectbox("Metric", labels, key="metric", bind="query-params", width=260)]
    st.caption(metric_help(METRICS[metric]))
    present = project.present(real_now())
    with told(), reading() as session:
        names = dict.fromkeys((metric, *_always(list(metrics.values()))))
        pages = [decay_page(session, project, name, present) for name in names]
        newest = predictions(session, project.id, limit=1)
    first = pages[0]
    with top:
        st.markdown(headline(first))
        if first.champion is None:
            st.page_link("models.py", label="Choose a model to promote", query_params=link_query(project))
        else:
            retrain_button(member, project, key="retrain", primary=True)
        replay_bar(member, project, champion=first.champion is not None)
    if first.labelled:
        info = decay_info(pages)
        colours = colours_of(list(info.names))
        st.plotly_chart(chart.figure(info, colours), alt=chart.words(info), key="decay")
        st.caption(
            "● mature: the month is over, 95 % of its labels are known, and 100 at least. ○ not yet. Band: 95 %."
        )
    else:
        _no_labels(project, first, newest[0] if newest else None)
    _firings(project, first)


def _always(metrics: list[str]) -> list[str]:
    """Precision and recall stand below whatever is chosen, where the task has them."""
    return [name for name in ("precision", "recall", "precision_macro", "recall_macro") if name in metrics]


def _no_labels(project: Project, page: DecayPage, newest: Prediction | None) -> None:
    """How feedback arrives, with a call to copy."""
    st.info(
        f"{counted(page.predicted, 'prediction')}, and the truth about none of them yet. "
        "Decay shows when feedback arrives: send the truth about a prediction by its id."
    )
    said = None if newest is None else newest.answer
    truth = project.positive_class or (said and (said.label or f"{said.value:g}")) or "the truth"
    st.code(
        feedback_curl(address(), project, 1 if newest is None else newest.id, truth), language="bash", wrap_lines=True
    )
    st.page_link("predict.py", label="Or record it on the predict page", query_params=link_query(project))


def _firings(project: Project, page: DecayPage) -> None:
    st.header("Triggers that fired")
    if not page.firings:
        st.markdown("None yet.")
        st.page_link("triggers.py", label="See the triggers and how far they are", query_params=link_query(project))
    for firing in page.firings:
        text, link = st.columns([4, 1])
        outcome = f": {firing.outcome.rstrip('.')}" if firing.outcome else ""
        words = f"▲ **{time_words(firing.fired_at)}**, {firing.kind.value}{outcome}. {evidence_words(firing)}"
        text.markdown(words, help=utc_help(firing.fired_at))
        if firing.run_id is not None:
            link.page_link("runs.py", label="Its run", query_params=link_query(project, run=firing.run_id))


render(current_member())
