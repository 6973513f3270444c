"""One project on the health page: its condition in words, and what one may do about it."""

from collections.abc import Mapping

import streamlit as st

from db.queries.health import HealthRow
from mms.domain.condition import Mood, spark_words
from mms.domain.markdown import as_text
from mms.domain.members import Member, Permission
from mms.domain.promotions import GLOBAL
from mms.domain.scores import METRICS
from pages.parts.dialogs import is_open, open_dialog
from pages.parts.formatting import metric_help
from pages.parts.project import link_query
from pages.parts.promotion_drafts import draft_row
from pages.parts.retrain import retrain_button
from pages.parts.roll_back import roll_back_dialog
from pages.parts.snooze import snooze_button

_BADGES: Mapping[Mood, str] = {
    Mood.WELL: ":green-badge[✓ well]",
    Mood.NEEDS: ":orange-badge[▲ needs you]",
    Mood.SNOOZED: ":gray-badge[☾ snoozed]",
}

_PLACES: Mapping[str, tuple[str, str]] = {
    "promote": ("Choose a champion", "models.py"),
    "train": ("Train models", "train.py"),
    "data": ("Add data", "data.py"),
}
"""Action -> label of its button and the page where it is done."""


def health_card(member: Member, row: HealthRow, *, first: bool) -> None:
    """Draw the card; the first one's button is the page's primary one."""
    project, condition = row.project, row.condition
    with st.container(border=True, key=f"health_{project.id}"):
        st.header(f"{as_text(project.name)} {_BADGES[condition.mood]}")
        st.markdown(as_text(condition.sentence))
        for note in condition.notes:
            st.markdown(as_text(note))
        _facts(row)
        for draft in row.drafts:
            draft_row(member, draft)
        _acts(member, row, first=first and condition.mood is Mood.NEEDS)


def _facts(row: HealthRow) -> None:
    metric = METRICS[row.project.primary_metric]
    told = [f"{name}: **{as_text(words)}**" for name, words in row.condition.facts if name != "Requests"]
    if len(row.spark) > 1:
        told.append(f"{metric.label} by month {spark_words(row.spark)}")
    if row.replay is not None:
        told.append(f"replaying: {row.replay.progress.doing or row.replay.state.value}")
    st.caption(" · ".join(told), help=metric_help(metric))


def _acts(member: Member, row: HealthRow, *, first: bool) -> None:
    """What it needs first, then the other things one may do."""
    project = row.project
    with st.container(horizontal=True, vertical_alignment="center"):
        _needed(row, first=first)
        if row.champion is not None:
            retrain_button(member, project, key=f"retrain_{project.id}", primary=first and row.action == "retrain")
        if row.undoable and member.may(Permission.PROMOTE):
            name = f"roll back {project.id}"
            tip = "Seat the champion before again."
            st.button("Roll back…", key=f"undo_{project.id}", help=tip, on_click=open_dialog, args=(name,))
            if is_open(name):
                roll_back_dialog(member, project, [GLOBAL])
        snooze_button(member, row)
        if row.champion is not None:
            st.page_link("decay.py", label="Look closer", query_params=link_query(project))
        if row.running is not None:
            query = link_query(project, run=row.running.id)
            st.page_link("runs.py", label=f"Follow run {row.running.number}", query_params=query)
        st.page_link("activity.py", label="Comments", query_params=link_query(project))


def _needed(row: HealthRow, *, first: bool) -> None:
    """The way to what a project needs that is not done here; promoting is always offered where there are models."""
    action = row.action if row.action in _PLACES else "promote" if row.champion else None
    if action is not None:
        label, page = _PLACES[action]
        rivals = {"state": "challenger"} if row.challengers and action == "promote" else {}
        label = label if action == row.action else "Promote…"
        kind = "primary" if first and action == row.action else "secondary"
        if st.button(label, key=f"{action}_{row.project.id}", type=kind):
            st.switch_page(page, query_params=link_query(row.project, **rivals))
