"""The filter, the sort, the columns and the place in the model table: all of them in the URL."""

import re
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from mms.domain.filter_text import WrongFilter, parsed
from mms.domain.filters import FieldOption, Filter, ModelQuery
from mms.domain.members import Member
from mms.domain.model_fields import field_named, quoted
from mms.domain.projects import Project
from pages.parts.model_builder import builder
from pages.parts.model_columns import DIFFER, chosen_columns
from pages.parts.model_view import TRAIL, ModelView, first_page
from pages.parts.model_views import views

_WORDS = re.compile(r"[\w .+-]+")
"""What is looked for as it stands, although it is no filter: `boosting`."""

_HELP = (
    "AND, OR, NOT, IN, IS NULL, comparisons and parentheses over scores, hyperparameters (`param.C >= 1`), tags and "
    "everything that a model has; text in quotes is looked for anywhere. The builder makes it by clicks."
)


def model_view(member: Member, project: Project, options: Sequence[FieldOption]) -> ModelView:
    """Draw the filter bar; what it says is what the URL says."""
    text_place, builder_place, columns_place, views_place = st.columns([5, 1, 1, 1], vertical_alignment="bottom")
    text = text_place.text_input(
        "Filter", key="where", bind="query-params", on_change=first_page, help=_HELP,
        placeholder=f"{_example(project)} AND (algorithm = 'svm' OR tag IN ('prod')) AND param.C >= 1",
    )  # fmt: skip
    where, is_wrong = _read(text, project, options)
    with builder_place.popover("Builder", width="stretch"):
        builder(options, where, is_wrong=is_wrong)
    with columns_place.popover("Columns", width="stretch"):
        columns = chosen_columns(options)
    with views_place.popover("Views", width="stretch"):
        views(member, project)
    query = replace(_sorted(project, options), where=where, columns=columns)
    trail = tuple(filter(None, st.query_params.get("after", "").split(TRAIL)))
    after = trail[-1] if trail else None
    return ModelView(replace(query, after=after), trail, differ=bool(st.session_state.get(DIFFER)))


def pager(view: ModelView, after: str | None) -> None:
    """Previous and next where there is more than one page; a button that cannot act is disabled and says why."""
    if after is None and not view.trail:
        return
    row = st.container(horizontal=True)
    if row.button("← Previous", disabled=not view.trail, help=None if view.trail else "This is the first page."):
        _go(view.trail[:-1])
    if row.button("Next →", disabled=after is None, help=None if after else "This is the last page."):
        _go((*view.trail, after or ""))


def _read(text: str, project: Project, options: Sequence[FieldOption]) -> tuple[Filter | None, bool]:
    """The filter, and whether the text is none; then the sentence stands above all models."""
    names = [option.field.parameter for option in options if option.field.parameter]
    try:
        return parsed(text, project.task, names), False
    except WrongFilter as error:
        if _WORDS.fullmatch(text):
            return parsed(quoted(text.strip()), project.task, names), False
        st.error(f"{error.sentence} All models are shown until the filter is mended.")
        st.code(f"{text}\n{' ' * (error.column - 1)}^", language=None)
        return None, True


def _sorted(project: Project, options: Sequence[FieldOption]) -> ModelQuery:
    fields = {option.field.name: option.field for option in options if option.field.sorts}
    sort_place, way_place, archived_place = st.columns([3, 2, 3], vertical_alignment="bottom")
    primary = list(fields).index(project.primary_metric)
    name = sort_place.selectbox(
        "Sort by", list(fields), primary, key="sort", bind="query-params", on_change=first_page,
        format_func=lambda name: fields[name].title,
    )  # fmt: skip
    turned = way_place.checkbox(
        "Other way round", key="turned", bind="query-params", on_change=first_page,
        help="Scores begin with the best, times with the newest, sizes with the least.",
    )  # fmt: skip
    archived = archived_place.checkbox("Archived too", key="archived", bind="query-params", on_change=first_page)
    field = fields[name]
    return ModelQuery(sort=field, descending=field.descending != turned, archived=archived)


def _example(project: Project) -> str:
    return field_named(project.primary_metric, project.task).example


def _go(trail: Sequence[str]) -> None:
    first_page()
    if trail:
        st.query_params["after"] = TRAIL.join(trail)
    st.rerun()
