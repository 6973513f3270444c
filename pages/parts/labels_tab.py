"""Labels: how late they are, what a random sample says of the score, and the rows a person is asked about."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import streamlit as st

from db.queries.buckets import Span
from db.queries.decay import DecayView
from db.queries.label_requests import label_draws, lateness
from db.session import reading, transaction
from mms.charts import label_scores as chart
from mms.domain.label_requests import MOST, DrawDraft, Why
from mms.domain.members import Member, Permission
from mms.domain.projects import Project
from pages.parts.formatting import counted, seconds
from pages.parts.labels_inbox import inbox
from pages.parts.session import real_now
from pages.parts.told import told

_HOW = (
    "Every answer without a truth has the same chance, so the score of the sample is that of all of them, with a 95 % "
    "band. Answer in the order given, as many as you wish. Drawing anew puts the sample before away."
)
_INFORMATIVE = (
    "Rows that the next training learns most from: nearest to the threshold, of the smallest margin, or of the largest "
    "expected error, and unlike one another. They count for no estimate of the sample."
)


def labels_tab(member: Member, project: Project, view: DecayView) -> None:
    """The sentence, the sample's score beside that of labels that came, the draws, the inbox."""
    since, until = _days(project)
    with reading() as session:
        late = lateness(session, project.id, view.scope, Span("day", since, until))
        draws = label_draws(session, project.id)
    if not late.predicted:
        st.markdown("No answer was given in these days: choose others.")
    else:
        took = ""
        if late.delay:
            median, most = (seconds(hours * 3600) for hours in (late.delay.median, late.delay.most))
            took = f" Half of those took up to {median}, 9 of 10 up to {most}."
        st.markdown(
            f"**{late.labelled / late.predicted:.0%}** of {counted(late.predicted, 'answer')} of these days have their "
            f"truth.{took} Labels that come early may be of a kind: a random sample is not."
        )
    _sample(project, view)
    if member.may(Permission.FEEDBACK):
        _draw(member, project, DrawDraft(Why.RANDOM, view.scope, since, until, MOST))
        inbox(member, project, {why: sum(one.left for one in draws if one.draw.why is why) for why in Why})


def _days(project: Project) -> tuple[datetime, datetime]:
    """The chosen days, from the first up to before the second; they stand in the address."""
    today = project.present(real_now()).astimezone(UTC).date()
    row = st.container(horizontal=True)
    month = today - timedelta(days=30)
    since = row.date_input("Answers from", month, key="labels_since", bind="query-params", max_value=today, width=180)
    until = row.date_input("to", today, key="labels_until", bind="query-params", help="The last day (UTC).", width=180)
    return _midnight(since), _midnight(until) + timedelta(days=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _sample(project: Project, view: DecayView) -> None:
    """The score of the newest random draw; nothing before the first."""
    from mms.usecases.label_estimates import LabelsWanted, label_estimate

    choices = {_points(points): points for points in (5, 1, 2, 3, 10)}
    chosen = st.selectbox(
        "Known within", list(choices), key="labels_points", bind="query-params", width=260,
        help="Half the 95 % band: in points of 100, of errors in percent of them.",
    )  # fmt: skip
    with told(stop=False), reading() as session:
        found = label_estimate(session, project, LabelsWanted(view.metric, view.scope, choices[chosen]))
        if found is None:
            return
        last = found.draw.until - timedelta(days=1)
        year = "" if found.draw.since.year == last.year else f" {found.draw.since:%Y}"
        st.markdown(f"{found.draw.since:%-d %b}{year} to {last:%-d %b %Y}: {found.sentence} {found.beside}")
        info = chart.scores_of(found)
        st.plotly_chart(chart.figure(info), alt=chart.words(info), key="label_scores")


def _points(points: int) -> str:
    return f"{points} points" if points > 1 else "1 point"


def _draw(member: Member, project: Project, draft: DrawDraft) -> None:
    """Two buttons, a kind of draw each."""
    row = st.container(horizontal=True, vertical_alignment="bottom")
    chosen: DrawDraft | None = None
    if row.button("Draw a random sample", icon=":material/casino:", key="draw_random", help=_HOW):
        chosen = draft
    count = row.number_input("Rows", 1, 100, 20, key="draw_count", width=120)
    if row.button("Ask for the most informative", key="draw_informative", help=_INFORMATIVE):
        chosen = replace(draft, why=Why.INFORMATIVE, count=int(count))
    if chosen is not None:
        from mms.usecases.label_requests import draw_labels

        with told(stop=False):
            with transaction() as session:
                made = draw_labels(session, member, project.id, chosen, real_now())
            st.toast(f"Draw {made.number}, from {counted(made.frame_n, 'answer')} without a truth.")
            st.rerun()
