"""Drift: inputs and answers of the champion in a period against what it learnt from, and which of them drifted."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pandas as pd
import streamlit as st

from db.queries.drift import drift_of
from db.session import reading
from mms.charts import drift as chart
from mms.domain.decay import Grain
from mms.domain.drift import DriftReport, DriftView, ranked
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.projects import Project
from pages.parts.downloads import csv_download
from pages.parts.drift_feature import feature_view
from pages.parts.drift_together import together
from pages.parts.session import real_now
from pages.parts.told import told

_ORDERS = {"weight and drift": "importance", "going with decay": "decay"}
_HOW = (
    "PSI (population stability index) compares shares by bin. Its limit knows how many rows there are: without drift "
    "1 in 1,000 passes it. Weight: the feature's share of the model's importances. Goes with decay: how its drift over "
    "time correlates with the fall of the score, -1 to 1."
)
_PERCENT = st.column_config.NumberColumn(format="percent")


def drift_tab(member: Member, project: Project, model_id: int) -> None:
    """The sentence, the ranking, the table; below, the feature that is chosen."""
    view, order = _view(project), _ORDERS
    with told(stop=False):
        with reading() as session:
            report = drift_of(session, project, model_id, view, real_now())
        st.markdown(as_text(report.sentence))
        _notes(report)
        if not report.n:
            return
        by = st.radio("Order by", list(order), key="drift_by", bind="query-params", horizontal=True)
        report = replace(report, features=tuple(ranked(report.features, order[by])))
        told_all = (*report.predictions, *report.features)
        st.plotly_chart(chart.ranking(told_all), alt=chart.ranking_words(told_all), key="drift_ranking")
        _table(report)
        st.caption(_HOW)
        feature_view(report)
        together(member, report)


def _view(project: Project) -> DriftView:
    """The chosen period and grain; they stand in the address."""
    present = project.present(real_now()).astimezone(UTC).date()
    columns = st.columns(3)
    since = columns[0].date_input(
        "From", present - timedelta(days=30), key="drift_since", bind="query-params", max_value=present
    )
    until = columns[1].date_input("To", present, key="drift_until", bind="query-params", help="The last day (UTC).")
    grains = {one.value: one for one in (Grain.DAY, Grain.WEEK, Grain.MONTH)}
    grain = columns[2].selectbox("Over time by", list(grains), 1, key="drift_grain", bind="query-params")
    return DriftView(_midnight(since), _midnight(until) + timedelta(days=1), grains[grain])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _notes(report: DriftReport) -> None:
    if report.waiting:
        st.caption(
            f"{report.waiting:,} newer predictions are not counted yet: the worker does so after the work before it."
        )
    if report.left_out:
        st.caption(f"Not compared, as time always moves on: {as_text(', '.join(report.left_out))}.")


def _table(report: DriftReport) -> None:
    rows = (*report.predictions, *report.features)
    frame = pd.DataFrame(
        {
            "feature": [one.label for one in rows],
            "verdict": [one.verdict.value for one in rows],
            "psi": [one.psi.value for one in rows],
            "limit": [one.psi.limit for one in rows],
            "weight": [one.weight for one in rows],
            "with_decay": [one.correlation for one in rows],
            "missing": [one.missing for one in rows],
            "new": [one.unseen for one in rows],
        }
    )
    number = st.column_config.NumberColumn(format="%.3f")
    st.dataframe(
        frame, hide_index=True, placeholder="–", key="drift_table", alt=chart.ranking_words(rows),
        column_config={
            "psi": number, "limit": number, "weight": _PERCENT, "missing": _PERCENT,
            "with_decay": st.column_config.NumberColumn("goes with decay", format="%+.2f"),
            "new": st.column_config.NumberColumn("never seen", format="percent"),
        },
    )  # fmt: skip
    csv_download(frame, "drift.csv", "CSV", key="drift_csv")
