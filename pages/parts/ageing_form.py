"""Rules by which models end, with whom they would retire today, before they are switched on."""

import pandas as pd
import streamlit as st

from db.queries.ageing import ageing
from db.session import reading
from mms.domain.ageing import AgeingRules
from mms.domain.members import Member
from mms.domain.projects import Project
from pages.parts.formatting import counted, size
from pages.parts.session import real_now
from pages.parts.told import told


def ageing_form(project: Project) -> AgeingRules:
    """Three numbers of days; empty ones never happen."""
    own, rules = project.id, AgeingRules.of(project.policy)
    st.caption("How models end. Never a champion, nor what one, a roll back, a run or a member needs: those stay.")
    row = st.columns(3)
    unused = row[0].number_input(
        "Retire unused (days)", 1, value=rules.unused_days, key=f"unused_{own}", placeholder="never",
        help="models that nobody asked for so long; they can be restored",
    )  # fmt: skip
    beaten = row[1].number_input(
        "Retire beaten (days)", 1, value=rules.beaten_days, key=f"beaten_{own}", placeholder="never",
        help="models to which a better one on the same rows has existed for so long; they can be restored",
    )  # fmt: skip
    purge = row[2].number_input(
        "Purge retired (days)", 1, value=rules.purge_days, key=f"purge_{own}", placeholder="never",
        help="artifact, out-of-fold rows, pictures and diagnostics go; scores, lineage and counts stay",
    )  # fmt: skip
    days = (None if value is None else int(value) for value in (unused, beaten, purge))
    return AgeingRules(*days)


def ageing_preview(member: Member, project: Project, rules: AgeingRules) -> None:
    """On a click, whom the rules as they stand in the form would retire or purge today, and why."""
    if not st.button("Whom would that touch today?", key=f"whom_{project.id}", help="Nothing is changed."):
        return
    with told(stop=False), reading() as session:
        page = ageing(session, member, project.id, real_now(), rules)
        frees = f", which frees about {size(page.frees)}" if page.frees else ""
        verb = "is" if len(page.due) == 1 else "are"
        st.markdown(f"{rules.words} Of {counted(page.models, 'model')}, {len(page.due):,} {verb} due{frees}.")
        if page.due:
            rows = [{"model": one.name, "would": one.fate.value, "because": one.because} for one in page.due]
            st.dataframe(pd.DataFrame(rows), hide_index=True, alt="models that are due, and why")
