"""All features together: whether a classifier tells the period's rows from those that were learnt from, and by what."""

import streamlit as st

from mms.charts import drift_together as chart
from mms.domain.diagnostics import DiagnosticKind, asked
from mms.domain.drift import DriftReport
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.subjects import Subject, SubjectKind
from pages.parts.diagnostic_job import asked_tables

_HOW = (
    "A classifier is trained to tell at most 5,000 rows of the period from as many that the model learnt from. It sees "
    "what no feature shows alone: two that no longer go together. AUC 0.5: it cannot; 1: it always can."
)


def together(member: Member, report: DriftReport) -> None:
    """The verdict and the culprits where they were computed; else the cost and the button."""
    st.header("All features together")
    st.caption(_HOW)
    days = {"since": f"{report.since:%Y-%m-%d}", "until": f"{report.until:%Y-%m-%d}"}
    question = asked(Subject(SubjectKind.MODEL, report.model_id), DiagnosticKind.DOMAIN, days)
    tables = asked_tables(member, question, key="together")
    if tables is None:
        return
    info = chart.apart_of(tables["verdict"], tables["columns"])
    st.markdown(as_text(chart.words(info)))
    st.plotly_chart(chart.figure(info), alt=chart.words(info), key="drift_together")
