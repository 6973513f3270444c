"""Look inside a model: what weighs, what one column does, and what more rows or another hyperparameter would do."""

from collections.abc import Callable, Mapping

import streamlit as st

from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project
from pages.parts.inside_columns import one_column, shuffled_columns
from pages.parts.inside_curves import more_rows, one_hyperparameter
from pages.parts.model_importances import importances

_VIEWS: Mapping[str, Callable[[Member, Project, Model], None]] = {
    "Weights": importances,
    "Shuffled columns": shuffled_columns,
    "One column": one_column,
    "More rows": more_rows,
    "One hyperparameter": one_hyperparameter,
}
"""Name -> what draws it; only the chosen one computes."""

_HELP = (
    "Weights: as the algorithm tells them. Shuffled columns: what is lost without each (permutation importance). One "
    "column: what the answer does as it changes (partial dependence). More rows: learning curve. One hyperparameter: "
    "validation curve."
)


def look_inside(member: Member, project: Project, model: Model) -> None:
    """One of the views, chosen in the address."""
    chosen = st.radio("Look at", list(_VIEWS), horizontal=True, key="inside", bind="query-params", help=_HELP)
    _VIEWS[str(chosen)](member, project, model)
