"""What columns weigh in models side by side: weights of the fits, and what is lost without a column."""

from collections.abc import Mapping, Sequence

import streamlit as st

from db.queries.diagnostics import tables_of
from db.session import reading
from mms.charts import weights as chart
from mms.domain.diagnostics import DiagnosticKind, asked
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.subjects import Subject, SubjectKind
from pages.parts.diagnostic_tables import show, table_download, tables_of_each
from pages.parts.inside_columns import fold_choice, metric_choice


def weights(member: Member, project: Project, models: Sequence[Model], colours: Mapping[int, str]) -> None:
    """Dots by column, a colour a model."""
    st.header("What columns weigh")
    found = tables_of_each(member, models, DiagnosticKind.IMPORTANCES)
    infos = [chart.shares_of(m.id, m.ranked.name, found[m.id]["features"]) for m in models if m.id in found]
    show(chart.figure(infos, colours, "share of all weight, mean of the folds ± sd"), chart.words(infos), "weights")
    table_download(models, found, "Importances", "features")
    st.header("What is lost without each column")
    lost(project, models, colours)


def lost(project: Project, models: Sequence[Model], colours: Mapping[int, str]) -> None:
    """Permutation importance of those models of which it was made: it takes fits, which each model's page asks for."""
    metric, folds = metric_choice(project, "lost_metric"), fold_choice("shuffle_folds", 3)
    kind = DiagnosticKind.PERMUTATION
    questions = {m.id: asked(Subject(SubjectKind.MODEL, m.id), kind, {"folds": folds}) for m in models}
    with reading() as session:
        stored = tables_of(session, list(questions.values()))
    made = {m.id: stored[questions[m.id].hash] for m in models if questions[m.id].hash in stored}
    infos = [chart.losses_of(m.id, m.ranked.name, made[m.id]["columns"], metric.name) for m in models if m.id in made]
    if infos:
        what = f"{metric.label} lost when shuffled, ± sd of the folds"
        show(chart.figure(infos, colours, what), chart.words(infos), "losses")
        table_download(models, made, "Permutation", "columns")
    for model in [model for model in models if model.id not in made][:5]:
        st.page_link(
            "model.py", label=f"Not made yet for {model.ranked.name} with {folds} folds: ask for it there",
            icon=":material/shuffle:", query_params={"id": str(model.id), "tab": "Diagnostics"},
        )  # fmt: skip
