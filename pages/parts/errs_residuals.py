"""Errors of numbers: answers against truths, coloured by fold; selected points open their rows."""

import streamlit as st

from mms.charts import residuals
from mms.domain.diagnostics import DiagnosticKind, asked
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.subjects import Subject, SubjectKind
from pages.parts.diagnostic_tables import stored_tables
from pages.parts.downloads import csv_download
from pages.parts.rows_behind import rows_behind, selected_rows


def errors_of_numbers(member: Member, _project: Project, model: Model) -> None:
    """The sentence in exact numbers, two pictures, the folds, and the rows behind what is selected."""
    st.header("Answers against truths")
    tables = stored_tables(member, asked(Subject(SubjectKind.MODEL, model.id), DiagnosticKind.RESIDUALS))
    if tables is None:
        return
    info = residuals.residuals_of(model.ranked.name, tables)
    finding = residuals.words(info)
    st.markdown(finding)
    chosen: list[int] = []
    for column, draw, key in zip(
        st.columns(2), (residuals.figure, residuals.residual_figure), ("answered", "errors"), strict=True
    ):
        state = column.plotly_chart(draw(info), alt=finding, key=key, on_select="rerun")
        chosen += selected_rows(state)
    drawn, total = 0 if info is None else len(info.rows), int(tables["facts"]["n"].iloc[0])
    shown = f"All {total:,} rows are drawn" if drawn == total else f"{drawn:,} of {total:,} rows are drawn, at random"
    st.caption(f"{shown}; select some points to see what they were.")
    rows_behind(model, list(dict.fromkeys(chosen)), "residuals")
    with st.expander("By fold", key="residual_folds"):
        st.dataframe(tables["folds"].assign(fold=tables["folds"]["fold"] + 1), hide_index=True, alt="errors by fold")
    csv_download(tables["points"], f"residuals-{model.ranked.version}.csv", "CSV of the points", key="residuals_csv")
