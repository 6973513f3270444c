"""Where a model errs: residuals of numbers, slices that a tree found, and groups of one column."""

from collections.abc import Callable, Mapping

import streamlit as st

from mms.domain.members import Member
from mms.domain.models import Model
from mms.domain.projects import Project, Task
from pages.parts.errs_groups import groups
from pages.parts.errs_residuals import errors_of_numbers
from pages.parts.errs_slices import error_slices

_VIEWS: Mapping[str, Callable[[Member, Project, Model], None]] = {
    "Residuals": errors_of_numbers,
    "Slices": error_slices,
    "Groups": groups,
}
"""Name -> what draws it; only the chosen one computes."""

_HELP = (
    "Residuals: answers against truths. Slices: rules under which it errs most, found by a small tree. Groups: every "
    "metric by the values of one column."
)


def where_it_errs(member: Member, project: Project, model: Model) -> None:
    """One of the views, chosen in the address."""
    names = [name for name in _VIEWS if name != "Residuals" or project.task is Task.REGRESSION]
    chosen = st.radio("Look for errors by", names, horizontal=True, key="errs", bind="query-params", help=_HELP)
    _VIEWS[str(chosen)](member, project, model)
