"""Why did it fall: the split of the champion's error, the groups that carry it, and the moment that parts before and
since."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from db.session import reading, transaction
from mms.charts import why as chart
from mms.domain.markdown import as_text
from mms.domain.members import Member, Permission
from mms.domain.projects import Project
from mms.domain.promotions import GLOBAL
from mms.domain.segments import SegmentDraft
from mms.domain.why import NotYet, Why
from pages.parts.downloads import csv_download
from pages.parts.session import FAR_BACK, real_now
from pages.parts.told import told

_HOW = (
    "A tree of at most three questions parts the labelled answers; the change of the mean error is split over its "
    "groups after Kitagawa (1955). What shifts within a group counts as changed relation. Bands: 95 %, by drawing rows "
    "again."
)


def why_tab(member: Member, project: Project, scope: str = GLOBAL) -> None:
    """The sentence, the picture, the groups; a moment may be chosen, else it is the onset of decay."""
    from mms.usecases.why import Question, why_it_fell  # fits trees: only where the tab is open

    now = project.present(real_now())
    chosen = st.date_input(
        "Before and since", value=None, min_value=now.date() - FAR_BACK, max_value=now.date(), key="split",
        bind="query-params", width=260,
        help="Empty: the day on which decay began, else the middle of its answers.",
    )  # fmt: skip
    split_at = datetime.combine(chosen, time(), UTC) if chosen else None
    with told(), reading() as session:
        why = why_it_fell(session, member, project, Question(scope, split_at=split_at), now)
    if isinstance(why, NotYet):
        st.info(why.sentence)
        return
    st.markdown(f"{_periods(why)} {as_text(why.sentence)}")
    info = chart.why_of(why)
    st.plotly_chart(chart.figure(info), alt=chart.words(info), key="why")
    st.caption(_HOW)
    _groups(member, project, why)


def _periods(why: Why) -> str:
    last = why.until - timedelta(microseconds=1)
    return (
        f"**{why.since:%-d %B %Y} to {why.split_at:%-d %B %Y}** ({why.n_before:,} labelled answers) against "
        f"**{why.split_at:%-d %B %Y} to {last:%-d %B %Y}** ({why.n_after:,})."
    )


def _column(name: str, form: str) -> Any:
    return st.column_config.NumberColumn(name.replace("_", " "), format=form)


def _groups(member: Member, project: Project, why: Why) -> None:
    """Each group with its shares and errors; one may be kept as a segment, to be watched from now on."""
    frame = pd.DataFrame(
        {
            "rule": [group.rule for group in why.groups],
            "share_before": [group.share_before for group in why.groups],
            "share_since": [group.share_after for group in why.groups],
            "error_before": [group.error_before for group in why.groups],
            "error_since": [group.error_after for group in why.groups],
            "mix": [group.mix for group in why.groups],
            "relation": [group.relation for group in why.groups],
        }
    )
    percent, error = "percent", "percent" if why.counts else "%.4g"
    st.dataframe(
        frame, hide_index=True, key="why_groups", alt=f"{len(frame)} groups of rows, greatest change first",
        column_config={
            "rule": "Where", **{name: _column(name, percent) for name in ("share_before", "share_since")},
            **{name: _column(name, error) for name in ("error_before", "error_since", "mix", "relation")},
        },
    )  # fmt: skip
    csv_download(frame, "why.csv", "CSV", key="why_csv")
    named = {group.rule: group for group in why.groups if group.conditions}
    if not named or not member.may(Permission.TRAIN):
        return
    with st.popover("Keep a group as a segment", icon=":material/bookmark_add:"):
        rule = st.selectbox("Group", list(named), key="why_group")
        name = st.text_input("Name of the segment", key="why_segment")
        if st.button("Keep it", key="why_keep", disabled=not name.strip(), help="decay is then told for it too"):
            from mms.usecases.segments import create_segment

            with told(stop=False), transaction() as session:
                draft = SegmentDraft(name, named[rule].conditions, "a group that carries a fall")
                create_segment(session, member, project.id, draft, real_now())
                st.toast(f"Segment '{as_text(name)}' is kept.")
