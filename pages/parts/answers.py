"""Stored answers: one in full, and the recent ones as a table to act on."""

import json
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from db.session import acknowledged, transaction
from mms.domain.members import Member
from mms.domain.predictions import Feedback, Prediction
from mms.domain.projects import Project
from mms.usecases.feedback import record_feedback
from mms.usecases.predictions import delete_predictions
from pages.parts.formatting import counted, time_column, time_words, utc_help
from pages.parts.session import real_now
from pages.parts.told import told


def answer_card(prediction: Prediction) -> None:
    """What was answered, by which model, why that one, and where it is kept."""
    said = prediction.answer
    with st.container(border=True):
        st.markdown(f"## {prediction.entity or 'This row'}: {_label(prediction)}")
        for name, share in sorted(said.probabilities.items(), key=lambda pair: -pair[1]):
            st.progress(min(1.0, max(0.0, share)), text=f"{name}: {share:.1%}")
        st.markdown(
            f"**v{prediction.model_version}** answered, because it is the champion of '{prediction.scope}', "
            f"the most special scope that contains this row. Kept as prediction **{prediction.id}**, "
            f"as of {time_words(prediction.predicted_at)}.",
            help=utc_help(prediction.predicted_at),
        )
        query = {"model": str(prediction.model_id), "row": json.dumps(dict(prediction.features), ensure_ascii=False)}
        st.page_link("what_if.py", label="Why? What if?", icon=":material/psychology_alt:", query_params=query)
        if prediction.truth is not None:
            st.markdown(f"The truth turned out to be **{prediction.truth}**.")


def answer_frame(found: Sequence[Prediction]) -> pd.DataFrame:
    """Newest first, as people read them."""
    return pd.DataFrame(
        [
            {
                "id": p.id,
                "entity": p.entity,
                "answer": _label(p),
                "score": p.answer.score,
                "truth": p.truth or "not known yet",
                "right": "" if p.truth is None or p.answer.label is None else "✓" if p.truth == p.answer.label else "✗",
                "model": f"v{p.model_version}",
                "scope": p.scope,
                "as of": p.predicted_at,
                "asked by": p.source,
            }
            for p in found
        ],
        columns=["id", "entity", "answer", "score", "truth", "right", "model", "scope", "as of", "asked by"],
    )


def answers_table(member: Member, project: Project, found: Sequence[Prediction], classes: Sequence[str]) -> None:
    """The recent answers; chosen ones get their truth or are deleted."""
    event = st.dataframe(
        answer_frame(found), key="answers", hide_index=True, on_select="rerun", selection_mode="multi-row",
        alt="recent predictions with their truths",
        column_config={
            "as of": time_column("as of"),
            "score": st.column_config.NumberColumn(format="%.3f", help="probability of the positive class or label"),
        },
    )  # fmt: skip
    chosen = [found[row] for row in event.selection.rows if row < len(found)]
    left, middle, right = st.columns([2, 1, 1], vertical_alignment="bottom")
    with left:
        truth = _truth(classes)
    why = None if len(chosen) == 1 else "Choose one row, then say what turned out to be true."
    if middle.button("Record feedback", disabled=bool(why) or truth is None, help=why) and truth is not None:
        with told(stop=False):
            now = project.present(real_now())
            with acknowledged() as session:
                record_feedback(session, member, project.id, [Feedback(chosen[0].id, truth, now)], now)
            st.rerun()
    if right.button(f"Delete {len(chosen) or ''}".strip(), disabled=not chosen, help="From the store and its charts."):
        with told(stop=False):
            with transaction() as session:
                count = delete_predictions(session, member, project.id, [p.id for p in chosen])
            st.toast(f"{counted(count, 'prediction')} deleted.")
            st.rerun()


def _truth(classes: Sequence[str]) -> str | None:
    if classes:
        return st.selectbox("The truth", classes, index=None, key="truth", placeholder="choose the class")
    value = st.number_input("The truth", value=None, key="truth", format="%g")
    return None if value is None else str(value)


def _label(prediction: Prediction) -> str:
    said = prediction.answer
    return said.label if said.label is not None else f"{said.value:,.4g}"
