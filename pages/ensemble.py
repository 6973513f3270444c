"""Models combined: which of them err on different rows, who should vote, and what the ensemble would score."""

import streamlit as st

from db.queries.models import get_model
from db.queries.projects import get_project
from db.session import reading
from mms.charts import agreement as chart
from mms.domain.comparison import ids_of
from mms.domain.ensembles import FEWEST_MEMBERS
from mms.domain.errors import MmsError
from mms.domain.members import Member
from pages.parts.ensemble import agreement_and_proposal, choice, foretold, make_button, sentence
from pages.parts.project import keep_project, link_query
from pages.parts.session import current_member
from pages.parts.told import told


def render(member: Member) -> None:
    """The expected score, the choice, the button, then the map it is chosen from."""
    st.title("Combine")
    with told(back=("models.py", "All models")):
        ids = ids_of(st.query_params.get("ids", ""))
        if len(ids) < FEWEST_MEMBERS:
            st.info("Choose 2 models or more of one snapshot in the model table, then press Combine.")
            st.page_link("models.py", label="All models", icon=":material/arrow_back:")
            return
    with told(back=("models.py", "All models")), reading() as session:
        project = get_project(session, member, get_model(session, ids[0]).ranked.project_id)
    with told():
        keep_project(project.id)
        st.page_link("models.py", label="All models", icon=":material/arrow_back:", query_params=link_query(project))
        first = st.empty()
        info, proposed = agreement_and_proposal(member, ids)
        draft = choice(info, proposed)
        try:
            first.markdown(sentence(project, info, foretold(member, draft)))
        except MmsError as refusal:
            first.warning(refusal.sentence)
        else:
            make_button(member, project, draft)
        st.header("Who errs where")
        st.markdown(chart.words(info))
        st.plotly_chart(chart.figure(info), alt=chart.words(info), key="agreement")
        st.page_link(
            "compare.py", label="Compare the members", icon=":material/compare_arrows:",
            query_params=link_query(project, ids=",".join(map(str, draft.model_ids or ids))),
        )  # fmt: skip


render(current_member())
