"""Curves of models in one picture."""

from collections.abc import Sequence

import streamlit as st

from mms.charts import precision_recall, roc
from mms.domain.models import Model
from mms.domain.projects import Project
from pages.parts.scored_rows import class_choice, out_of_fold, ranked_rows


def curves(project: Project, models: Sequence[Model], colours: dict[int, str]) -> None:
    """ROC and precision-recall of one class against the rest."""
    if not project.task.is_classification:
        st.info("Curves are drawn of classes; of numbers, see the scores and costs.")
        return
    class_name = class_choice(project, models[0], "class")
    named = [m for m in models if class_name in m.signature.classes]
    ranked = [ranked_rows(m, out_of_fold(m), class_name) for m in named]
    left, right = st.columns(2)
    drawn = [info for rows in ranked if (info := roc.roc_of(rows))]
    left.plotly_chart(roc.figure(drawn, colours), alt=roc.words(drawn), key="roc")
    left.caption(roc.words(drawn))
    balances = [info for rows in ranked if (info := precision_recall.precision_recall_of(rows))]
    right.plotly_chart(
        precision_recall.figure(balances, colours), alt=precision_recall.words(balances), key="precision_recall"
    )
    right.caption(precision_recall.words(balances))
