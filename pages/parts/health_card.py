"""One project on the health page: its state in words, the evidence, and the button it needs."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from db.queries.decay import HealthRow
from mms.domain.decay import watched_metric
from mms.domain.members import Member
from mms.domain.scores import METRICS
from pages.parts.formatting import age, counted, estimate_words, metric_help
from pages.parts.project import link_query
from pages.parts.retrain import retrain_button

_BLOCKS = "▁▂▃▄▅▆▇█"

_PLACES: Mapping[str, tuple[str, str]] = {
    "promote": ("Choose a champion", "models.py"),
    "train": ("Train models", "train.py"),
    "data": ("Add data", "data.py"),
}
"""Action -> label of its button and the page where it is done."""


def summary(rows: Sequence[HealthRow]) -> str:
    """'2 of 3 projects are well. Flights needs you.'"""
    if not rows:
        return "There is no project yet."
    ill = [row.project.name for row in rows if not row.well]
    if not ill:
        return "Your project is well." if len(rows) == 1 else f"All {len(rows)} projects are well."
    names = ill[0] if len(ill) == 1 else ", ".join(ill[:-1]) + f" and {ill[-1]}"
    need = f"**{names}** need{'s' if len(ill) == 1 else ''} you."
    return need if len(rows) == 1 else f"{len(rows) - len(ill)} of {counted(len(rows), 'project')} are well. {need}"


def spark_words(values: Sequence[float]) -> str:
    """A line as small as a word: '▁▃▇'. Equal values are drawn half way."""
    if not values:
        return ""
    low, span = min(values), max(values) - min(values)
    return "".join(_BLOCKS[round((v - low) / span * 7) if span else 3] for v in values)


def health_card(member: Member, row: HealthRow, now: datetime, *, first: bool) -> None:
    """Draw the card; the first one's button is the page's primary one."""
    project = row.project
    with st.container(border=True, key=f"health_{project.id}"):
        badge = ":green-badge[✓ well]" if row.well else ":orange-badge[▲ needs you]"
        st.subheader(f"{project.name} {badge}")
        st.markdown(row.sentence)
        _evidence(row, project.present(now))
        with st.container(horizontal=True, vertical_alignment="center"):
            _button(member, row, first=first and not row.well)
            if row.champion is not None:
                st.page_link("decay.py", label="Look closer", query_params=link_query(project))
            if row.running is not None:
                query = link_query(project, run=row.running.id)
                st.page_link("runs.py", label=f"Follow run {row.running.number}", query_params=query)


def _evidence(row: HealthRow, present: datetime) -> None:
    metric = METRICS[watched_metric(row.project.primary_metric, row.project.task)]
    facts = []
    if row.champion is not None:
        facts.append(f"{row.champion.model.name}, seated {age(row.champion.promotion.promoted_at, present)} ago")
    if row.decay is not None and row.decay.newest is not None:
        reference = "" if row.decay.reference is None else f"{row.decay.reference:.3f} at promotion → "
        facts.append(f"{metric.label} {reference}{estimate_words(row.decay.newest.estimate)}")
    if row.coverage is not None:
        facts.append(f"labels {100 * row.coverage:.0f} %")
    if row.challengers:
        facts.append(counted(row.challengers, "challenger"))
    if len(row.spark) > 1:
        facts.append(f"{metric.label} by month {spark_words(row.spark)}")
    if row.replay is not None:
        facts.append(f"replaying: {row.replay.progress.doing or row.replay.state.value}")
    facts.append(f"owner {row.project.owner}")
    st.caption(" · ".join(facts), help=metric_help(metric))


def _button(member: Member, row: HealthRow, *, first: bool) -> None:
    project, kind = row.project, "primary" if first else "secondary"
    if row.action == "retrain":
        retrain_button(member, project, key=f"retrain_{project.id}", primary=first)
    elif row.action in _PLACES:
        label, page = _PLACES[row.action]
        if st.button(label, key=f"{row.action}_{project.id}", type=kind):
            rivals = {"state": "challenger"} if row.challengers and row.action == "promote" else {}
            st.switch_page(page, query_params=link_query(project, **rivals))
