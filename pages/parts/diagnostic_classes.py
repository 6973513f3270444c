"""Classes: which are taken for which, as the model answers by itself."""

import streamlit as st

from mms.charts import class_errors, confusion
from mms.domain.diagnostics import DiagnosticKind, asked
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.subjects import Subject, SubjectKind
from pages.parts.confusion_cells import cells
from pages.parts.diagnostic_tables import show, stored_tables, table_download

_RATE = st.column_config.NumberColumn(format="%.3f")


def classes(member: Member, _project: Project, model: Model) -> None:
    """The matrix, the bars of what rows of each class were taken for, and the rates of each class."""
    tables = stored_tables(member, asked(Subject(SubjectKind.MODEL, model.id), DiagnosticKind.CONFUSION))
    if tables is None:
        return
    info = confusion.confusion_of(tables)
    left, right = st.columns(2)
    with left:
        cells(model, info)
    with right:
        show(class_errors.figure(info), class_errors.words(info), "class_errors")
    st.dataframe(
        tables["classes"], hide_index=True, alt="rows, precision, recall and F1 of each class",
        column_config={"precision": _RATE, "recall": _RATE, "f1": st.column_config.NumberColumn("F1", format="%.3f")},
    )  # fmt: skip
    table_download([model], {model.id: tables}, "Confusion", "counts")
    table_download([model], {model.id: tables}, "Confusion", "classes")
