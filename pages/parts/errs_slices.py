"""Slices under which a model errs most, told in words, with their rows and what other models make of them."""

import json

import numpy as np
import pandas as pd
import streamlit as st

from db.session import reading, transaction
from mms.charts import slices as chart
from mms.charts.theme import colours_of
from mms.domain.diagnostics import DiagnosticKind, asked
from mms.domain.markdown import as_text
from mms.domain.members import Member, Permission
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.segments import SegmentDraft, conditions_from_json
from mms.domain.subjects import Subject, SubjectKind
from mms.usecases.segments import create_segment
from mms.usecases.slice_board import rows_of_rule
from pages.parts.diagnostic_tables import stored_tables
from pages.parts.downloads import csv_download
from pages.parts.project import link_query
from pages.parts.rows_behind import rows_behind
from pages.parts.session import real_now
from pages.parts.told import told

_HOW = (
    "A tree of at most three questions looks for rows that are answered wrongly, on every other fold; what it found is "
    "counted on the other folds, so that luck does not count twice."
)


def error_slices(member: Member, project: Project, model: Model) -> None:
    """The sentence, the picture, and the chosen slice: its rows, the other models on it, its name."""
    st.header("Where it errs most")
    st.caption(_HOW)
    tables = stored_tables(member, asked(Subject(SubjectKind.MODEL, model.id), DiagnosticKind.SLICES))
    if tables is None:
        return
    info = chart.slices_of(model.ranked.name, tables, is_share=project.task.is_classification)
    finding = chart.words(info)
    st.markdown(as_text(finding))
    st.plotly_chart(chart.figure(info, colours_of([model.id])[model.id]), alt=finding, key="slices")
    table = tables["slices"]
    csv_download(table, f"slices-{model.ranked.version}.csv", "CSV", key="slices_csv")
    if not table.empty:
        _chosen(member, project, model, table)


def _chosen(member: Member, project: Project, model: Model, table: pd.DataFrame) -> None:
    rule = str(st.selectbox("Slice", table["rule"].tolist(), key="slice", bind="query-params"))
    text = str(table.loc[table["rule"] == rule, "conditions"].iloc[0])
    conditions = conditions_from_json(json.loads(text))
    row = st.container(horizontal=True, vertical_alignment="bottom")
    with row:
        st.page_link(
            "slices.py", label="All models on this slice", icon=":material/leaderboard:",
            query_params=link_query(project, snapshot=model.ranked.snapshot_id, rule=text),
        )  # fmt: skip
        _keep(member, project, rule, text)
    with told(stop=False), reading() as session:
        rows = rows_of_rule(session, member, model.ranked.snapshot_id, conditions)
        rows_behind(model, np.flatnonzero(rows).tolist(), "slice")
        st.caption("Of all folds: also those that the tree grew on.")


def _keep(member: Member, project: Project, rule: str, text: str) -> None:
    """The slice as a segment of the project, to be watched from now on."""
    if not member.may(Permission.TRAIN):
        return
    with st.popover("Keep it as a segment", icon=":material/bookmark_add:"):
        name = st.text_input("Name of the segment", key="segment_name")
        if st.button("Keep it", key="keep_segment", disabled=not name.strip(), help="decay is then told for it too"):
            with told(stop=False), transaction() as session:
                draft = SegmentDraft(name, conditions_from_json(json.loads(text)), f"an error slice: {rule}")
                create_segment(session, member, project.id, draft, real_now())
                st.toast(f"Segment '{as_text(name)}' is kept.")
