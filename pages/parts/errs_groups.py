"""Metrics by the groups of one column."""

import streamlit as st

from mms.charts import subgroups as chart
from mms.charts.theme import colours_of
from mms.domain.diagnostics import DiagnosticKind, asked
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.subjects import Subject, SubjectKind
from mms.domain.tables import ColumnType
from pages.parts.diagnostic_tables import stored_tables
from pages.parts.downloads import csv_download
from pages.parts.inside_columns import metric_choice

_HELP = "values of a category; numbers and times are cut into four parts of equal size"


def groups(member: Member, project: Project, model: Model) -> None:
    """One metric by group with its doubt, and all metrics as a table."""
    st.header("How good it is for whom")
    names = [column.name for column in model.signature.inputs if column.type is not ColumnType.TEXT]
    if not names:
        st.info("All columns of this model hold free text, which makes no groups.")
        return
    left, right = st.columns(2)
    with left:
        column = str(st.selectbox("By column", names, key="group_by", bind="query-params", help=_HELP))
    with right:
        metric = metric_choice(project, "group_metric")
    subject = Subject(SubjectKind.MODEL, model.id)
    asking = {"column": None if column == names[0] else column}  # the first one is made before anybody looks
    tables = stored_tables(member, asked(subject, DiagnosticKind.SUBGROUPS, asking))
    if tables is None:
        return
    info = chart.subgroups_of(model.ranked.name, column, tables["groups"], metric)
    finding = chart.words(info, metric)
    st.markdown(as_text(finding))
    st.plotly_chart(chart.figure(info, metric, colours_of([model.id])[model.id]), alt=finding, key="groups")
    st.caption(
        f"Hollow dots: fewer than {chart.LEAST} rows, too few to judge by. The dotted line: all rows, by weight."
    )
    with st.expander("All metrics", key="group_metrics"):
        st.dataframe(tables["groups"], hide_index=True, alt=f"every metric by {column}")
    csv_download(tables["groups"], f"groups-{model.ranked.version}-{column}.csv", "CSV", key="groups_csv")
