"""What thresholds give in models side by side, and which classes each misses."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mms.charts import class_errors, confusion, thresholds
from mms.domain.diagnostics import DiagnosticKind
from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project
from mms.domain.thresholds import Costs
from pages.parts.diagnostic_tables import show, table_download, tables_of_each


def threshold_curves(member: Member, project: Project, models: Sequence[Model], colours: Mapping[int, str]) -> None:
    """What a threshold gives, or costs, model by model."""
    rates = {label.capitalize() if label != "F1" else label: rate for rate, label in thresholds.RATES.items()}
    chosen = st.selectbox(
        "Against the threshold", ["Cost of all rows", *rates], key="rate", bind="query-params", width=260
    )
    found = tables_of_each(member, models, DiagnosticKind.THRESHOLDS)
    infos = [thresholds.thresholds_of(m.id, m.ranked.name, found[m.id]) for m in models if m.id in found]
    costs = Costs(project.policy.false_alarm_cost, project.policy.miss_cost)
    finding = thresholds.words_of_several(infos, costs)
    show(thresholds.overlay(infos, colours, rates.get(str(chosen), "cost"), costs), finding, "thresholds")
    table_download(models, found, "Thresholds", "counts")


def class_errors_of(member: Member, models: Sequence[Model], colours: Mapping[int, str]) -> None:
    """Which classes each model misses."""
    found = tables_of_each(member, models, DiagnosticKind.CONFUSION)
    names = {model.id: model.ranked.name for model in models}
    infos = {model_id: confusion.confusion_of(tables) for model_id, tables in found.items()}
    finding = class_errors.words_of_several({names[i]: info for i, info in infos.items()})
    show(class_errors.overlay(infos, names, colours), finding, "class_errors")
    table_download(models, found, "Confusion", "counts")
