"""The tab of decay by a model's age."""

from collections.abc import Mapping

import streamlit as st

from db.queries.decay import DecayView
from db.queries.decay_age import AgePage, age_page
from db.session import reading
from mms.charts import decay_age as chart
from mms.domain.projects import Project
from pages.parts.session import real_now


def ages_tab(project: Project, view: DecayView, colours: Mapping[int, str]) -> None:
    """The sentence, and all versions over one another. colours: those of the models on the decay chart."""
    with reading() as session:
        page = age_page(session, project, view, project.present(real_now()))
    info = _info(page)
    finding = chart.words(info)
    st.markdown(finding)
    if not any(points for _, points in info.lines.values()):
        return
    st.plotly_chart(chart.figure(info, colours), alt=finding, key="ages")
    steps = "a day" if page.step == 1 else f"{page.step} days"
    st.caption(
        f"Age counts from the day a version was built; a point is {steps} of its answers, in scope {view.scope}. "
        "● mature, ○ labels are missing. Lines that fall alike show how long a model of this kind keeps its score."
    )


def _info(page: AgePage) -> chart.AgeInfo:
    lines = {}
    for line in page.lines:
        points = tuple(
            chart.Aged(p.age, p.estimate, p.n, p.labelled, p.mature) for p in line.points if p.estimate is not None
        )
        lines[line.model.id] = (line.model.name, points)
    return chart.AgeInfo(page.metric, page.step, lines)
