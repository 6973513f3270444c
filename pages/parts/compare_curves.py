"""Curves of models in one picture: what ranking gives, and whether probabilities come true."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from mms.charts import calibration, gains, precision_recall, roc
from mms.domain.diagnostics import DiagnosticKind
from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project, Task
from pages.parts.compare_thresholds import class_errors_of, threshold_curves
from pages.parts.diagnostic_tables import table_download, tables_of_each
from pages.parts.flagged_rows import curve_with_rows
from pages.parts.rows_behind import rows_behind
from pages.parts.scored_rows import class_choice, out_of_fold
from pages.parts.session import current_member


def curves(project: Project, models: Sequence[Model], colours: Mapping[int, str]) -> None:
    """ROC beside precision and recall, gains, or calibration of up to 20 models, one class against the rest."""
    if not project.task.is_classification:
        st.info("Curves are drawn of classes; of numbers, see the scores and costs.")
        return
    member, class_name = current_member(), class_choice(project, models[0], "class")
    named = [model for model in models if class_name in model.signature.classes]
    drawn = {"Ranking": ranked_curves, "Gains and lift": gains_curves, "Calibration": calibration_curves}
    more = ["Thresholds"] if project.task is Task.BINARY else []
    which = st.radio(
        "Curves", [*drawn, *more, "Class errors"], horizontal=True, key="curves", bind="query-params"
    )  # one kind at a time: of 20 models each takes a while to read
    if which == "Thresholds":
        threshold_curves(member, project, named, colours)
    elif which == "Class errors":
        class_errors_of(member, models, colours)
    else:
        drawn[str(which)](member, named, class_name, colours)


def ranked_curves(member: Member, models: Sequence[Model], class_name: str, colours: Mapping[int, str]) -> None:
    """ROC beside precision and recall."""
    names = {model.id: model.ranked.name for model in models}
    left, right = st.columns(2)
    with left:
        found = tables_of_each(member, models, DiagnosticKind.ROC, class_name)
        rocs = [roc.roc_of(i, names[i], tables) for i, tables in found.items()]
        curve_with_rows(roc.figure(rocs, colours), roc.words(rocs), "roc", models, class_name)
        table_download(models, found, "ROC", "curve")
    with right:
        found = tables_of_each(member, models, DiagnosticKind.PRECISION_RECALL, class_name)
        balances = [precision_recall.precision_recall_of(i, names[i], tables) for i, tables in found.items()]
        drawn, finding = precision_recall.figure(balances, colours), precision_recall.words(balances)
        curve_with_rows(drawn, finding, "precision_recall", models, class_name)
        table_download(models, found, "Precision and recall", "curve")


def gains_curves(member: Member, models: Sequence[Model], class_name: str, colours: Mapping[int, str]) -> None:
    """Cumulative gains beside lift."""
    found = tables_of_each(member, models, DiagnosticKind.GAINS, class_name)
    names = {model.id: model.ranked.name for model in models}
    infos = [gains.gains_of(i, names[i], tables) for i, tables in found.items()]
    left, right = st.columns(2)
    with left:
        drawn = gains.figure(infos, colours)
        curve_with_rows(drawn, gains.words(infos), "gains", models, class_name, by_share=True)
    right.plotly_chart(gains.lift_figure(infos, colours), alt=gains.words(infos), key="lift")
    table_download(models, found, "Gains and lift", "gains")


def calibration_curves(member: Member, models: Sequence[Model], class_name: str, colours: Mapping[int, str]) -> None:
    """What was said against what came true."""
    found = tables_of_each(member, models, DiagnosticKind.CALIBRATION, class_name)
    names = {model.id: model.ranked.name for model in models}
    infos = [calibration.calibration_of(i, names[i], tables) for i, tables in found.items()]
    if not infos:
        return
    finding = calibration.words(infos)
    event = st.plotly_chart(
        calibration.figure(infos, colours), alt=finding, key="calibration", on_select="rerun", selection_mode="points"
    )
    st.caption(f"{as_text(finding)} Select a dot to see its rows.")
    table_download(models, found, "Calibration", "bins")
    points = [point["customdata"] for point in event["selection"]["points"] if point.get("customdata")]
    for model in models:
        bins = [(low, high) for model_id, low, high, _ in points if model_id == model.id]
        share = f"p_{model.signature.classes.index(class_name)}"
        rows_behind(model, rows_between(out_of_fold(model), share, bins), f"calibration_{model.id}")


def rows_between(oof: pd.DataFrame, share: str, bins: Sequence[tuple[float, float]]) -> list[int]:
    """The rows whose probability lies in one of the bins, both ends included."""
    inside = np.zeros(len(oof), dtype=bool)
    for low, high in bins:
        inside |= oof[share].between(low, high).to_numpy()
    rows: list[int] = oof.loc[inside, "row"].tolist()
    return rows
