"""Models side by side: what differs, fold by fold, and their curves in one picture."""

from collections.abc import Sequence

import streamlit as st
from sqlalchemy.orm import Session

from db.queries.models import get_model
from db.queries.projects import get_project
from db.queries.promotions import advice_for
from db.queries.runs import fold_results
from db.session import reading
from mms.charts import fold_scores, precision_recall, roc
from mms.charts.theme import colours_of
from mms.domain.comparison import conclusion, evidence, why_not_comparable
from mms.domain.errors import Invalid
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.scores import METRICS
from mms.usecases.comparisons import compared
from pages.parts.alignment import align
from pages.parts.comparison import chosen_ids, comparison_frame, only_different
from pages.parts.project import keep_project, link_query
from pages.parts.promote import advice_words, promote_button
from pages.parts.scored_rows import class_choice, out_of_fold, ranked_rows
from pages.parts.session import current_member
from pages.parts.told import told
from pages.parts.verdict import difference_plot, pair_table


def render(member: Member) -> None:
    """The sentence, the table, the folds, the curves; a button for each that may take the seat."""
    st.title("Compare")
    with told():
        ids = chosen_ids(st.query_params.get("ids", ""))
        if len(ids) < 2:
            st.info("Choose 2 models or more in the model table, then press Compare.")
            st.page_link("models.py", label="All models", icon=":material/arrow_back:")
            return
        with reading() as session:
            models = [get_model(session, model_id) for model_id in ids]
            projects = {m.ranked.project_id for m in models}
            if len(projects) > 1:
                raise Invalid("These models answer different questions: compare models of one project.")
            project = get_project(session, member, projects.pop())
            keep_project(project.id)
            st.page_link(
                "models.py", label="All models", icon=":material/arrow_back:", query_params=link_query(project)
            )
            _drawn(session, member, project, models)


def _drawn(session: Session, member: Member, project: Project, models: Sequence[Model]) -> None:
    why_not = why_not_comparable([m.ranked for m in models])
    comparison = None if why_not else compared(session, member, [m.id for m in models])
    if comparison:
        st.markdown(f"**{conclusion(comparison)}**: {evidence(comparison)}")
        pair_table(comparison)
    else:
        st.markdown(why_not)
        align(session, member, project, models)
    _advice(session, member, project, models)
    frame = comparison_frame(models, project)
    if st.toggle("Only what differs", key="differs", bind="query-params"):
        frame = only_different(frame)
    st.dataframe(
        frame, hide_index=True, height="content", alt="the models side by side; ≠ marks what differs",
        column_config={"differs": st.column_config.Column(width=60), "property": st.column_config.Column(width=230)},
    )  # fmt: skip
    colours = colours_of([m.id for m in models])
    if comparison:
        difference_plot(comparison, colours)
        _folds(session, project, models, colours)
    if project.task.is_classification:
        _curves(project, models, colours)


def _folds(session: Session, project: Project, models: Sequence[Model], colours: dict[int, str]) -> None:
    metric, results = METRICS[project.primary_metric], fold_results(session, [m.id for m in models])
    series = [fold_scores.series_of(m.id, m.ranked.name, results.get(m.id, []), metric) for m in models]
    finding = fold_scores.words(series, metric)
    st.plotly_chart(fold_scores.figure(series, metric, colours), alt=finding, key="folds")
    st.caption(finding)


def _advice(session: Session, member: Member, project: Project, models: Sequence[Model]) -> None:
    for model in models:
        text, button = st.columns([4, 1], vertical_alignment="center")
        advice = advice_for(session, model.id, model.ranked.scope)
        text.markdown(f"**{model.ranked.name}**: {advice_words(advice, model.ranked)}")
        with button:
            promote_button(member, project, model.ranked, key=f"promote_{model.id}", primary=False)


def _curves(project: Project, models: Sequence[Model], colours: dict[int, str]) -> None:
    class_name = class_choice(project, models[0], "class")
    named = [m for m in models if class_name in m.signature.classes]
    ranked = [ranked_rows(m, out_of_fold(m), class_name) for m in named]
    left, right = st.columns(2)
    curves = [info for rows in ranked if (info := roc.roc_of(rows))]
    left.plotly_chart(roc.figure(curves, colours), alt=roc.words(curves), key="roc")
    left.caption(roc.words(curves))
    balances = [info for rows in ranked if (info := precision_recall.precision_recall_of(rows))]
    right.plotly_chart(
        precision_recall.figure(balances, colours), alt=precision_recall.words(balances), key="precision_recall"
    )
    right.caption(precision_recall.words(balances))


render(current_member())
