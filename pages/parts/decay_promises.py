"""What the champion's answers promised, and how far it came true: the sign of concept drift."""

import streamlit as st

from db.queries.decay import DecayView
from db.queries.promises import Wanted, promises_of
from db.queries.promotions import find_champion
from db.session import reading
from mms.charts import promises as chart
from mms.domain.projects import Project
from mms.domain.promises import ASSUMPTIONS
from pages.parts.session import real_now


def promises_tab(project: Project, view: DecayView) -> None:
    """The sentence, the gaps with their band, and what an estimate assumes."""
    with reading() as session:
        champion = find_champion(session, project.id, view.scope)
        wanted = champion and Wanted(champion.model.id, view.metric, view.grain, view.reach)
        found = wanted and promises_of(session, project, wanted, project.present(real_now()))
    if champion is None:
        st.markdown("Nobody answers yet, so nothing is promised: promote a model first.")
        return
    if not found:
        st.info(
            "What its answers promise is learnt from out-of-fold rows (at least 100), within a minute of its first "
            "answers; come back then."
        )
        return
    info = chart.gaps_of(found)
    st.markdown(chart.words(info))
    st.plotly_chart(chart.figure(info), alt=chart.words(info), key="gaps")
    st.caption(
        f"{ASSUMPTIONS} Rows of another mix are in the promise already, so a gap beyond the band means that the same "
        "rows are answered worse than they were. On the tab Decay the dotted line tells periods that wait for labels."
    )
