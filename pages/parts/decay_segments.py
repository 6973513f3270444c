"""The tab of decay by segment: one line each, and which of them fell."""

import streamlit as st

from db.queries.decay import DecayView
from db.queries.decay_segments import RECENT, SegmentsPage, segments_page
from db.session import reading
from mms.charts import decay as chart
from mms.charts.theme import colours_of
from mms.domain.markdown import as_text
from mms.domain.projects import Project
from mms.domain.scores import METRICS
from pages.parts.project import link_query
from pages.parts.session import real_now


def segments_tab(project: Project, view: DecayView) -> None:
    """Which segments fell, the lines, and the numbers."""
    with reading() as session:
        page = segments_page(session, project, view, project.present(real_now()))
    if not page.lines:
        st.markdown("No segment is watched yet: name a part of your rows, and its score is drawn from then on.")
        st.page_link("data.py", label="Name a segment", query_params=link_query(project, tab="Structure"))
        return
    finding = words(page)
    st.markdown(as_text(finding))
    numbered = dict(enumerate(page.lines))
    points = tuple(
        chart.relabelled(point, i) for i, line in numbered.items() for point in line.points if point.estimate
    )
    info = chart.DecayInfo((chart.DecayPanel(page.metric, points, None),), {i: one.name for i, one in numbered.items()})
    st.plotly_chart(chart.figure(info, colours_of(list(numbered))), alt=finding, key="segments_chart")
    st.dataframe(
        [
            {
                "segment": line.name,
                "rule": line.rule,
                "worse by": line.change.worse_by if line.change else None,
                "±": line.change.doubt if line.change else None,
                "fell": "yes, surely" if line.fell else "no sure fall" if line.change else "too few labels yet",
            }
            for line in page.lines
        ],
        hide_index=True, placeholder="–", alt="segments with how much worse they became", key="segments_table",
    )  # fmt: skip
    st.caption(
        f"The newest {RECENT} mature periods of the champion against its mature ones before; of many segments so few "
        "are said to fall that 1 in 20 of them may be false (Benjamini and Hochberg)."
    )


def words(page: SegmentsPage) -> str:
    """Which segments fell."""
    label, fell = METRICS[page.metric].label, [line.name for line in page.lines if line.fell]
    if fell:
        return f"{label} fell, surely, in {len(fell)} of {len(page.lines)} segments: {', '.join(fell)}."
    judged = sum(line.change is not None for line in page.lines)
    if not judged:
        return f"Too few labels yet to say in which of {len(page.lines)} segments {label} fell."
    return f"{label} fell, surely, in none of {judged} segments."
