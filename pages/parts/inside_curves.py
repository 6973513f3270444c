"""What more rows would do (learning curve), and what another hyperparameter would (validation curve)."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from db.session import reading
from mms.charts import fit_curves
from mms.charts.theme import colours_of
from mms.domain.canonical import parsed_json
from mms.domain.diagnostics import DiagnosticKind, asked
from mms.domain.errors import Invalid
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.scores import Metric
from mms.domain.subjects import Subject, SubjectKind
from mms.domain.triples import Parameter, Value
from mms.usecases.inspection import free_curves, parameters_of
from pages.parts.diagnostic_job import asked_tables
from pages.parts.downloads import csv_download
from pages.parts.inside_columns import fold_choice, metric_choice
from pages.parts.told import told


def more_rows(member: Member, project: Project, model: Model) -> None:
    """The learning curve."""
    st.header("What more rows would do")
    st.caption("The triple is fitted on parts of each fold's training rows; the whole of them was fitted by its run.")
    metric = metric_choice(project, "rows_metric")
    folds = fold_choice("rows_folds", 12)
    question = asked(Subject(SubjectKind.MODEL, model.id), DiagnosticKind.LEARNING_CURVE, {"folds": folds})
    tables = asked_tables(member, question, "learning")
    if tables is None:
        return
    curve = fit_curves.learning_of(tables["points"], metric)
    finding = fit_curves.learning_words(curve, metric)
    st.markdown(finding)
    chart = fit_curves.figure(curve, "Learning curve", "training rows", metric, colours_of([model.id])[model.id])
    st.plotly_chart(chart, alt=finding, key="learning")
    csv_download(tables["points"], f"learning-{model.ranked.version}.csv", "CSV", key="learning_csv")


def one_hyperparameter(member: Member, project: Project, model: Model) -> None:
    """The validation curve: free from models that are there, and by fits for other values."""
    st.header("What another hyperparameter would do")
    known = parameters_of(project.task, model.triple)
    if not known:
        st.info(f"'{model.ranked.algorithm}' has no hyperparameter to change.")
        return
    metric = metric_choice(project, "value_metric")
    name = str(st.selectbox("Hyperparameter", list(known), key="parameter", bind="query-params"))
    parameter, worth = known[name]
    st.caption(f"It takes {parameter.takes}; this model has {model.triple.hyperparameters.get(name)}.")
    with told(stop=False), reading() as session:
        free = free_curves(session, member, model.id).get(name)
        if free is None:
            st.markdown(f"No other model of this recipe and algorithm on these rows differs in {name} alone.")
        else:
            count = free["model_id"].nunique()
            st.markdown(f"Without a fit, from **{count} models** of this snapshot that differ in {name} alone:")
            _curve(model, free, name, metric, "free")
    st.markdown("With fits, for values that no model has:")
    _asked(member, model, parameter, worth, metric)


def _asked(member: Member, model: Model, parameter: Parameter, worth: Sequence[Value], metric: Metric) -> None:
    text = st.text_input(
        "Other values to try", key="values", bind="query-params", help=f"separated by commas; {parameter.takes}",
        placeholder=", ".join("none" if v is None else str(v).lower() for v in worth),
    )  # fmt: skip
    folds = fold_choice("value_folds", 12)
    if not text.strip():
        return
    with told(stop=False):
        values = [parameter.checked(_read(part.strip()), parameter.name) for part in text.split(",") if part.strip()]
        values = list(dict.fromkeys(v for v in values if v != model.triple.hyperparameters.get(parameter.name)))
        if not values:
            raise Invalid("This is the model's own value: name others.")
        asking = {"parameter": parameter.name, "values": values, "folds": folds}
        question = asked(Subject(SubjectKind.MODEL, model.id), DiagnosticKind.VALIDATION_CURVE, asking)
        tables = asked_tables(member, question, "validation")
        if tables is not None:
            _curve(model, tables["points"], parameter.name, metric, "validation")


def _curve(model: Model, points: pd.DataFrame, name: str, metric: Metric, key: str) -> None:
    curve = fit_curves.validation_of(points, metric)
    finding = fit_curves.validation_words(curve, name, metric)
    st.markdown(finding)
    chart = fit_curves.figure(curve, "Validation curve", name, metric, colours_of([model.id])[model.id])
    st.plotly_chart(chart, alt=finding, key=key)
    csv_download(points, f"validation-{model.ranked.version}-{name}.csv", "CSV", key=f"{key}_csv")


def _read(text: str) -> object:
    """What somebody typed, as a value: 3, 0.5, true, none, else text."""
    if text.lower() == "none":
        return None
    try:
        return parsed_json(text)
    except ValueError:
        return text
