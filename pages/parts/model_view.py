"""What the model table shows, as the address says it."""

from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

from mms.domain.filters import ModelQuery, text_of
from mms.domain.projects import Project

TRAIL = "~"
"""Between the cursors of the pages before this one."""

TABLE = "models_table"
"""The table's key: one widget for all its pages, because a browser takes long to make another."""

_STALE = "models_stale"


@dataclass(frozen=True, slots=True)
class ModelView:
    """What the model table shows. trail: the cursors that led to this page (none: the first). differ: only columns in
    which the shown models differ."""

    query: ModelQuery
    trail: tuple[str, ...]
    differ: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether nothing is filtered away."""
        return self.query.where is None and not self.query.archived

    def csv_link(self, project: Project) -> str:
        """The REST route that gives every row of the filter, with the columns that are shown."""
        query = self.query
        pairs = [("where", text_of(query.where))] if query.where is not None else []
        pairs += [("sort", query.sort.name)] if query.sort else []
        pairs += [("descending", "true" if query.descending else "false")] if query.descending is not None else []
        pairs += [("column", field.name) for field in query.columns] + [("archived", "true")] * query.archived
        return f"/api/v1/projects/{project.id}/models.csv?{urlencode(pairs)}"


def first_page() -> None:
    """A changed filter begins at its first page, with no row chosen."""
    st.query_params.pop("after", None)
    forget_chosen()


def forget_chosen() -> None:
    """Choices are positions: once other rows stand there, they are none."""
    st.session_state[_STALE] = True


def clear_forgotten() -> None:
    """Before the table is drawn."""
    if st.session_state.pop(_STALE, False):
        st.session_state[TABLE] = {"selection": {"rows": [], "columns": [], "cells": []}}
