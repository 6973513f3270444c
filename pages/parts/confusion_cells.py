"""The confusion matrix, and from each of its cells the way to the rows behind it."""

import streamlit as st

from mms.charts import confusion
from mms.charts.confusion import ConfusionInfo
from mms.domain.markdown import as_text
from mms.domain.models import Model
from pages.parts.row_filter import rows_link

_LINKS = 6
"""Of more wrong cells, only the fullest have a link of their own."""


def cells(model: Model, info: ConfusionInfo, at: float | None = None) -> None:
    """The matrix with its finding; a selected cell, and the fullest wrong ones, lead to their rows. at: threshold."""
    finding = confusion.words(info)
    event = st.plotly_chart(
        confusion.figure(info), alt=finding, key="confusion", on_select="rerun", selection_mode="points"
    )
    st.caption(as_text(finding))
    points = event["selection"]["points"]
    chosen = [tuple(point["customdata"]) for point in points if len(point.get("customdata") or ()) == 2]
    with st.container(horizontal=True):
        for truth, answer in dict.fromkeys([*chosen, *_fullest(info)]):
            count = int(info.counts[info.classes.index(truth), info.classes.index(answer)])
            label = f"{count:,} rows truly {truth}, answered {answer}"
            rows_link(model, label, truth=truth, answer=answer, at=at)


def _fullest(info: ConfusionInfo) -> list[tuple[str, str]]:
    """Wrong cells that hold rows, fullest first."""
    wrong = [
        (int(info.counts[i, j]), truth, answer)
        for i, truth in enumerate(info.classes)
        for j, answer in enumerate(info.classes)
        if i != j and info.counts[i, j]
    ]
    return [(truth, answer) for _, truth, answer in sorted(wrong, key=lambda cell: -cell[0])[:_LINKS]]
