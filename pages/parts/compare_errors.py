"""Where models err: which of them err on different rows, and how errors went from version to version."""

from collections.abc import Sequence

import streamlit as st

from db.queries.versions import NEWEST, Versions, version_history
from db.session import reading
from mms.charts import agreement, versions
from mms.domain.agreement import Agreement
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.versions import VersionHistory, history_words
from mms.settings import settings
from mms.usecases.comparisons import agreement_between
from pages.parts.compare_costs import ids_in
from pages.parts.project import link_query
from pages.parts.scored_rows import class_choice
from pages.parts.told import told

OF = ("this snapshot", "all snapshots, on the rows they share")


def errors(member: Member, project: Project, models: Sequence[Model]) -> None:
    """The map of agreement, then every version in order."""
    st.header("Who errs where")
    with told(stop=False):
        info = _agreement(tuple(model.id for model in models), member)
        st.markdown(agreement.words(info))
        st.plotly_chart(agreement.figure(info), alt=agreement.words(info), key="agreement")
        ids = ",".join(str(model.id) for model in models)
        st.page_link(
            "ensemble.py", label="Combine them", icon=":material/join_inner:", query_params=link_query(project, ids=ids)
        )
    if project.task.is_classification:
        st.header("Version by version")
        _versions(member, project, models)


def _versions(member: Member, project: Project, models: Sequence[Model]) -> None:
    class_name = class_choice(project, models[0], "class")
    of = st.radio("Versions of", OF, horizontal=True, key="of", bind="query-params")
    until = st.number_input(
        "Up to version", 1, None, None, key="until", bind="query-params", placeholder="the newest", width=200,
        help=f"Counted are the {NEWEST} versions before it and it.",
    )  # fmt: skip
    with told(stop=False):
        history = _history(Versions(models[0].id, class_name, of == OF[1], until), member)
        finding = history_words(history)
        st.markdown(as_text(finding))
        event = st.plotly_chart(
            versions.figure(history), alt=finding, key="versions", on_select="rerun", selection_mode="points"
        )
        if history.older and history.versions:
            last = history.versions[0].version - 1
            st.caption(f"The newest {NEWEST} of these versions; to see {history.older:,} older ones, go up to v{last}.")
        names = {one.model_id: one.name for one in history.versions}
        for model_id in dict.fromkeys(ids_in(event)):
            query = link_query(project, id=model_id, tab="Rows", wrong="true")
            st.page_link("model.py", label=f"The wrong answers of {names[model_id]}", query_params=query)


@st.cache_data(max_entries=16, show_spinner="Comparing the models' out-of-fold rows …")
def _agreement(ids: tuple[int, ...], _member: Member) -> Agreement:
    with reading() as session:
        return agreement_between(session, _member, ids)


@st.cache_data(max_entries=16, ttl=60, show_spinner="Counting the errors of every version …")
def _history(asked: Versions, _member: Member) -> VersionHistory:
    with reading() as session:
        return version_history(session, _member, settings().cache, asked)
