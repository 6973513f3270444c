"""What each feature weighed in a model, and how much that changes from fold to fold."""

import streamlit as st

from mms.charts import importances as chart
from mms.charts.theme import colours_of
from mms.domain.diagnostics import DiagnosticKind, asked
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project, Task
from mms.domain.subjects import Subject, SubjectKind
from pages.parts.diagnostic_tables import stored_tables
from pages.parts.downloads import csv_download

_WEIGHT = st.column_config.NumberColumn(format="%.4g")


def importances(member: Member, project: Project, model: Model) -> None:
    """The features that weigh most, as bars and as a table; a sentence where the algorithm tells none."""
    st.header("What each feature weighed")
    tables = stored_tables(member, asked(Subject(SubjectKind.MODEL, model.id), DiagnosticKind.IMPORTANCES))
    if tables is None:
        return
    table = tables["features"]
    info = chart.importances_of(model.ranked.name, table)
    finding = chart.words(info)
    st.markdown(as_text(finding))
    st.plotly_chart(chart.figure(info, colours_of([model.id])[model.id]), alt=finding, key="weights")
    shown = table.head(chart.SHOWN).rename(
        columns={"final": "final fit", "mean": "mean of folds", "sd": "± over folds", "low": "least", "high": "most"}
    )
    st.dataframe(
        shown, hide_index=True, alt=f"the features that weigh most in {model.ranked.name}",
        column_config={name: _WEIGHT for name in shown.columns if name not in ("feature", "folds")},
    )  # fmt: skip
    sign = ""
    if project.task is Task.BINARY and (table["final"] < 0).any():
        sign = f" A coefficient above 0 speaks for {model.signature.classes[-1]}, one below 0 against it."
    st.caption(f"Impurity or gain of trees, coefficients of linear models: of the final fit, and over the folds.{sign}")
    csv_download(table, f"importances-{model.ranked.version}.csv", "CSV", key="weights_csv")
