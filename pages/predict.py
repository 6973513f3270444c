"""Ask the champion, see what it answered and why, and tell it the truth later."""

import streamlit as st

from db.queries.models import get_model
from db.queries.predictions import get_prediction, predictions
from db.queries.promotions import Champion, find_champion
from db.session import acknowledged, reading
from mms.domain.errors import NotFound
from mms.domain.logs import ELSEWHERE, NOT_HERE
from mms.domain.members import Member
from mms.domain.projects import Project
from mms.usecases.predictions import predict
from pages.parts.answers import answer_card, answers_table
from pages.parts.formatting import day_words, utc_help
from pages.parts.model_call import address, curl
from pages.parts.project import chosen_project, link_query
from pages.parts.question import Question, question_form, question_of
from pages.parts.session import current_member, id_in_url, real_now
from pages.parts.told import told

WAYS = ("by features", "by entity")


def render(member: Member) -> None:
    """Who answers, the form, the answer, the recent answers."""
    st.title("Predict")
    project = chosen_project(member)
    if project is None:
        return
    with told(), reading() as session:
        champion, question = find_champion(session, project.id), question_of(session, project.id)
        if champion is None or question is None:
            _nobody(project, champion)
            return
        st.markdown(
            f"**{champion.model.name}** answers for {project.name} since "
            f"{day_words(champion.promotion.promoted_at)}. Every answer is stored before it is given.",
            help=utc_help(champion.promotion.promoted_at),
        )
        asked = id_in_url("asked", "prediction")
        found = None if asked is None else get_prediction(session, asked)
        if found is not None and found.project_id != project.id:
            raise NotFound(f"{project.name} has no prediction {asked}: choose one from the list.")
        recent = predictions(session, project.id)
        classes = get_model(session, champion.model.id).signature.classes
    _ask(member, project, question)
    if found:
        answer_card(found)
    ask = {"model": str(champion.model.id)}
    st.page_link("what_if.py", label="What if? Made-up values, nothing stored", query_params=ask)
    with st.expander("Ask from a program"):
        st.code(curl(address(), project, question.row), language="bash", wrap_lines=True)
    st.header("Recent predictions")
    if not recent:
        st.info("Nobody has asked yet. Ask above, or send the call from a program.")
        return
    answers_table(member, project, recent, classes)
    st.link_button(
        "All predictions as CSV", f"/api/v1/projects/{project.id}/predictions.csv", icon=":material/download:"
    )


def _ask(member: Member, project: Project, question: Question) -> None:
    """The form; a stored answer is in the address, so that it survives a reload."""
    way = st.radio("Ask", WAYS, horizontal=True, key="way", bind="query-params")
    present = project.present(real_now())
    with told(stop=False):
        request = question_form(question, with_features=way == WAYS[0], latest=present)
        if request is not None:
            with acknowledged() as session:
                (answered,) = predict(session, member, project.id, [request], present, source="dashboard")
            st.query_params["asked"] = str(answered.id)
            st.rerun()


def _nobody(project: Project, champion: Champion | None) -> None:
    if champion is not None and champion.model.algorithm == ELSEWHERE:
        st.info(f"{champion.model.name} cannot be asked: {NOT_HERE}. Import what it answers by `log import`.")
        st.page_link("decay.py", label="See how it ages", query_params=link_query(project))
        return
    st.info("Nobody answers yet: a project answers when it has a champion. Choose a model and promote it.")
    st.page_link("models.py", label="Choose a model", query_params=link_query(project))


render(current_member())
