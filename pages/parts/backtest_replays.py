"""Policies on a back-test: the sentence, cost against retrainings, the score over time, and switching a rule on."""

import pandas as pd
import streamlit as st

from db.session import reading
from mms.charts import backtest as chart
from mms.domain.backtests import COST, EVERY, NEVER, Backtest, Replays, headline
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.projects import Project, Task
from mms.domain.scores import METRICS, metrics_of
from pages.parts.backtest_rules import rule_to_try, switch_on
from pages.parts.formatting import counted, time_column
from pages.parts.told import told


def replays_section(member: Member, project: Project, backtest: Backtest) -> None:
    """All of one back-test."""
    from mms.usecases.policy_replays import replays

    sentence = st.container()
    metric, tried = _metric(project), rule_to_try(project)
    with told(), reading() as session:
        found = replays(session, member, backtest.id, metric, [tried] if tried else [])
    sentence.markdown(as_text(headline(found)))
    st.plotly_chart(chart.figure(found), alt=chart.words(found), key="backtest_cost")
    st.caption(
        f"{counted(found.answers, 'answer')} in {counted(len(found.periods), 'period')}, 95 % bands; "
        f"{as_text(backtest.name)}. Each retraining is seated at once. Grey: controls, which know nothing of the "
        "project; the band: retraining at random. A rule that lies in the band is no better than chance."
    )
    for why in found.unfitted:
        st.caption(as_text(f"Some periods have no model: {why}"))
    _table(found)
    switch_on(member, project, found, tried)
    names = [one.name for one in found.policies if one.is_replayed]
    shown = [name for name in names if name in (NEVER, EVERY) or not found.named(name).is_control]
    chosen = st.multiselect("Over time", names, shown[:4], key="backtest_shown")
    st.plotly_chart(chart.over_time(found, chosen), alt=chart.over_time_words(found, chosen), key="backtest_time")
    _dates(found, chosen)


def _metric(project: Project) -> str:
    labels = {metric.label: metric.name for metric in metrics_of(project.task)}
    first = METRICS[project.primary_metric].label
    ordered = {first: project.primary_metric} | labels
    if project.task is Task.BINARY:
        ordered["Cost of mistakes"] = COST
    return ordered[st.selectbox("Judged by", list(ordered), key="backtest_metric", bind="query-params", width=260)]


def _table(found: Replays) -> None:
    frame = pd.DataFrame(
        {
            "policy": [one.name for one in found.policies],
            "kind": ["control" if one.is_control else "rule" for one in found.policies],
            "retrainings": [len(one.retrainings) if one.is_replayed else None for one in found.policies],
            "fits": [one.fits if one.is_replayed else None for one in found.policies],
            "value": [one.value for one in found.policies],
            "low": [one.low for one in found.policies],
            "high": [one.high for one in found.policies],
            "note": [_note(one.note, is_replayed=one.is_replayed) for one in found.policies],
        }
    )
    column = st.column_config
    st.dataframe(
        frame, key="backtest_table", hide_index=True, height="content", alt=chart.words(found),
        column_config={
            "policy": "Policy",
            "kind": column.TextColumn("Kind", help="Controls know nothing of the project."),
            "retrainings": column.NumberColumn("Retrainings", format="%d"),
            "fits": column.NumberColumn("Fits", format="%d", help="12 folds and the final fit for each retraining"),
            "value": column.NumberColumn(found.label, format="%.4f"),
            "low": column.NumberColumn("Band from", format="%.4f"),
            "high": column.NumberColumn("to", format="%.4f"),
            "note": "Note",
        },
    )  # fmt: skip


def _note(note: str | None, *, is_replayed: bool) -> str:
    return "" if note is None else f"{'Left out' if is_replayed else 'Not replayed'}: {note}."


def _dates(found: Replays, chosen: list[str]) -> None:
    rows = [
        {"policy": name, "at": when.at, "why": when.why} for name in chosen for when in found.named(name).retrainings
    ]
    with st.expander(f"{counted(len(rows), 'retraining')}, when and why"):
        st.dataframe(
            pd.DataFrame(rows, columns=["policy", "at", "why"]), key="backtest_dates", hide_index=True,
            column_config={"policy": "Policy", "at": time_column("Would have retrained"), "why": "Why"},
        )  # fmt: skip
