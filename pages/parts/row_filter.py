"""Which out-of-fold rows of a model are looked at: the filter stands in the address, and charts link to it."""

import numpy as np
import pandas as pd
import streamlit as st

from mms.domain.errors import Invalid
from mms.domain.markdown import as_text
from mms.domain.models import Model
from mms.domain.projects import Project

_ANY = "any"


def rows_link(
    model: Model, label: str, *, truth: str | None = None, answer: str | None = None, at: float | None = None
) -> None:
    """A link to the model's rows that truly are of one class and were answered another, flagged at a threshold."""
    chosen = {"truth": truth, "answer": answer, "at": None if at is None else f"{at:g}"}
    query = {"id": str(model.id), "tab": "Rows"} | {name: value for name, value in chosen.items() if value is not None}
    st.page_link("model.py", label=as_text(label), icon=":material/table_rows:", query_params=query)


def filtered(project: Project, model: Model, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the truth, answer and threshold that are chosen; of numbers all. Invalid: a foreign class."""
    classes = model.signature.classes
    if not classes:
        return rows
    truth_box, answer_box, at_box = st.columns(3)
    with truth_box:
        truth = _choice("Truly", classes, "truth")
    with answer_box:
        answer = _choice("Answered", classes, "answer")
    if "score" in rows.columns:
        own = 0.5 if model.threshold is None else model.threshold
        at = at_box.number_input(
            "Flagged at", 0.0, 1.0, own, 0.01, key="at", bind="query-params", format="%.3f",
            help="rows whose probability is at or above it count as flagged; it begins at the model's own threshold",
        )  # fmt: skip
        positive = str(project.positive_class)
        other = next(name for name in classes if name != positive)
        if at != 0.5:  # at 0.5 the stored labels say who was answered what, ties too
            rows = rows.assign(label=np.where(rows["score"] >= at, positive, other))
    kept = np.ones(len(rows), dtype=bool)
    if truth is not None:
        kept &= (rows["truth"] == truth).to_numpy(bool)
    if answer is not None:
        kept &= (rows["label"] == answer).to_numpy(bool)
    return rows[kept]


def _choice(label: str, classes: tuple[str, ...], key: str) -> str | None:
    asked = st.query_params.get(key)
    if asked is not None and asked not in (_ANY, *classes):
        raise Invalid(f"This model knows no class '{asked}'; it has {', '.join(classes)}.")
    chosen = str(st.selectbox(label, [_ANY, *classes], key=key, bind="query-params"))
    return None if chosen == _ANY else chosen
