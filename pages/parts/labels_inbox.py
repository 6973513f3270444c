"""The labelling inbox: one row at a time, answered by a key or a click, skipped, not known, or taken back."""

from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from db.session import acknowledged, transaction
from mms.domain.label_requests import OpenLabel, Why
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.projects import Project
from pages.parts.formatting import counted, time_words, utc_help
from pages.parts.session import real_now
from pages.parts.told import told

_BUTTONS = 9
"""More classes than that have no key each, and are chosen from a list."""

_PILES = {"Random sample": Why.RANDOM, "Most informative": Why.INFORMATIVE}


def inbox(member: Member, project: Project, left: Mapping[Why, int]) -> None:
    """The pile, its next row, and what can be said of it."""
    st.header("Rows to label")
    pile = st.radio(
        "Pile", list(_PILES), horizontal=True, key="pile", bind="query-params",
        help="Only the random sample tells the score.",
    )  # fmt: skip
    why = _PILES[pile]
    row = _next(member, project, why) if left[why] else None
    if row is None:
        others = f" {counted(left[why], 'row is', 'rows are')} on another screen." if left[why] else ""
        st.markdown(f"No row of this pile waits for you.{others} Draw some above.")
    else:
        _shown(member, row)
        _asked(member, project, row)
    tip = "The row you answered last in this pile comes back: answer it once more, and that counts."
    if st.button("Undo my last answer", icon=":material/undo:", key="label_undo", shortcut="z", help=tip):
        from mms.usecases.label_requests import undo_label

        _then(lambda session: undo_label(session, member, project.id, real_now(), why))


def _next(member: Member, project: Project, why: Why) -> OpenLabel | None:
    from mms.usecases.label_requests import take_label

    with told(stop=False), transaction() as session:
        return take_label(session, member, project.id, why, real_now())
    return None


def _shown(member: Member, row: OpenLabel) -> None:
    """What was asked, the most important feature first; not what was answered, which would lead the person."""
    asked, left = row.prediction, counted(row.left, "row")
    name = as_text(asked.entity) or f"Prediction {asked.id}"
    st.markdown(f"**{name}**, {time_words(asked.predicted_at)}. {left} left.", help=utc_help(asked.predicted_at))
    if asked.truth is not None:
        said = "You said" if row.told_by == member.name else "It was told"
        st.info(f"{said} '{as_text(asked.truth)}', which counts until it is told anew: say now what is true.")
    values = [asked.features.get(name) for name in row.features]
    frame = pd.DataFrame({"feature": row.features, "value": [_value(v) for v in values]})
    st.dataframe(frame, hide_index=True, key="label_row", alt="the row's features, the most important first")


def _value(value: object) -> str:
    if value is None:
        return "not known"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _asked(member: Member, project: Project, row: OpenLabel) -> None:
    """Buttons with their keys."""
    from mms.usecases.label_requests import answer_label, skip_label

    def answer(truth: str | None) -> None:
        _then(lambda session: answer_label(session, member, project.id, row.id, truth, real_now()))

    buttons = st.container(horizontal=True, vertical_alignment="bottom")
    if 0 < len(row.classes) <= _BUTTONS:
        for place, name in enumerate(row.classes, 1):
            if buttons.button(as_text(name), key=f"label_{place}", type="primary", shortcut=str(place)):
                answer(name)
    else:
        truth = _typed(row)
        if truth is not None:
            answer(truth)
    known, tip = row.prediction.truth, "Closes a row of which nothing was told."
    if known is not None:  # whoever said it: to close the row would leave it standing, unseen
        tip = f"'{as_text(known)}' was told and counts: tell another truth, or skip the row."
    if buttons.button("I don't know", key="label_unknown", shortcut="d", help=tip, disabled=known is not None):
        answer(None)
    if buttons.button("Skip", key="label_skip", shortcut="s", help="Puts the row behind the others."):
        _then(lambda session: skip_label(session, member, project.id, row.id, real_now()))


def _typed(row: OpenLabel) -> str | None:
    """What was typed or chosen, once it is sent: Enter does."""
    with st.form(f"label_form_{row.id}", border=False):
        chosen: str | None = None
        number: float | None = None
        if row.classes:
            chosen = st.selectbox(
                "The truth", row.classes, index=None, key=f"label_truth_{row.id}", placeholder="choose the class"
            )
        else:
            number = st.number_input("The truth", value=None, key=f"label_truth_{row.id}", format="%g")
        sent = st.form_submit_button("Record", type="primary", key="label_record")
    if sent and chosen is None and number is None:
        st.caption("Say what was true, or that you don't know.")
    return (chosen if number is None else repr(float(number))) if sent else None


def _then(write: Callable[[Session], object]) -> None:
    """Write, then show the next row; a refusal stands on the page, which goes on."""
    with told(stop=False):
        with acknowledged() as session:
            write(session)
        st.rerun()
