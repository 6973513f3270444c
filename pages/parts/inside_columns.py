"""What single columns are to a model: what is lost when one is shuffled, and what the answer does as one changes."""

import streamlit as st

from mms.charts import dependence, importances
from mms.charts.theme import colours_of
from mms.domain.diagnostics import DiagnosticKind, asked
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project, Task
from mms.domain.scores import METRICS, Metric, metrics_of
from mms.domain.subjects import Subject, SubjectKind
from mms.domain.tables import ColumnType
from pages.parts.diagnostic_job import asked_tables
from pages.parts.downloads import csv_download

_FOLDS = (3, 6, 12)
_SHUFFLED = (
    "Fits on some folds answer rows they had not seen, with one column shuffled at a time: what is lost is what the "
    "column was worth. Columns that tell the same share their worth, so each may seem to be worth little."
)


def shuffled_columns(member: Member, project: Project, model: Model) -> None:
    """Permutation importance."""
    st.header("What is lost without each column")
    st.caption(_SHUFFLED)
    metric = metric_choice(project, "lost_metric")
    folds = fold_choice("shuffle_folds", _FOLDS[0])
    question = asked(Subject(SubjectKind.MODEL, model.id), DiagnosticKind.PERMUTATION, {"folds": folds})
    tables = asked_tables(member, question, "shuffled")
    if tables is None:
        return
    info = importances.permutation_of(model.ranked.name, tables["columns"], metric.name, metric.label)
    finding = importances.words(info)
    st.markdown(as_text(finding))
    st.plotly_chart(importances.figure(info, colours_of([model.id])[model.id]), alt=finding, key="shuffled")
    csv_download(tables["columns"], f"permutation-{model.ranked.version}.csv", "CSV", key="shuffled_csv")


def one_column(member: Member, project: Project, model: Model) -> None:
    """Partial dependence, with single rows."""
    st.header("What one column does to the answer")
    st.caption("The final fit answers the same rows again, each with this column changed and nothing else.")
    columns = {c.name: c for c in model.signature.inputs if c.type is not ColumnType.TEXT}
    if not columns:
        st.info("All columns of this model hold free text, which has no places to try.")
        return
    name = str(st.selectbox("Column", list(columns), key="column", bind="query-params"))
    label = None
    if project.task is Task.MULTICLASS:
        label = str(st.selectbox("Class", model.signature.classes, key="answer_class", bind="query-params"))
    parameters = {"column": name, "class": label}
    question = asked(Subject(SubjectKind.MODEL, model.id), DiagnosticKind.DEPENDENCE, parameters)
    tables = asked_tables(member, question, "one_column")
    if tables is None:
        return
    about = label or project.positive_class
    answer = "answer" if project.task is Task.REGRESSION else f"probability of {about}"
    info = dependence.dependence_of(model.ranked.name, name, answer, tables)
    finding = dependence.words(info)
    st.markdown(as_text(finding))
    is_time = columns[name].type is ColumnType.TIME
    chart = dependence.figure(info, colours_of([model.id])[model.id], is_time=is_time)
    st.plotly_chart(chart, alt=finding, key="dependence")
    csv_download(tables["average"], f"dependence-{model.ranked.version}-{name}.csv", "CSV", key="dependence_csv")


def fold_choice(key: str, default: int) -> int:
    """How many folds are fitted."""
    return int(
        st.radio(
            "Folds", _FOLDS, _FOLDS.index(default), horizontal=True, key=key, bind="query-params",
            help="how many of the 12 folds are fitted: more cost more and tell the spread better",
        )
        or default
    )  # fmt: skip


def metric_choice(project: Project, key: str) -> Metric:
    """By which metric; the project's own first."""
    names = [project.primary_metric, *(m.name for m in metrics_of(project.task) if m.name != project.primary_metric)]
    chosen = st.selectbox("Metric", names, format_func=lambda n: METRICS[n].label, key=key, bind="query-params")
    return METRICS[str(chosen)]
