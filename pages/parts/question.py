"""A question to the champion: which columns it takes, a real example, and a form with a widget for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from db.queries.tables import find_instance_table, first_rows, get_table
from mms.domain.errors import Invalid
from mms.domain.predictions import Request
from mms.domain.tables import Column, ColumnType


@dataclass(frozen=True, slots=True)
class Question:
    """What a request is made of. example: one real row of the base table, JSON values; empty without rows."""

    entity: tuple[Column, ...]
    features: tuple[Column, ...]
    example: Mapping[str, Any]

    @property
    def row(self) -> dict[str, Any]:
        """The example as REST takes it."""
        return {
            "entity": {c.name: self.example.get(c.name) for c in self.entity},
            "features": {c.name: self.example.get(c.name) for c in self.features},
        }


def question_of(session: Session, project_id: int) -> Question | None:
    """The question of a project, None before it has an instance table."""
    declared = find_instance_table(session, project_id)
    if declared is None:
        return None
    base = get_table(session, declared.base_table_id)
    joined = [column for join in declared.joins for column, _ in join.on]
    times = [base.time] if base.time and base.time != declared.prediction_time else []
    wanted = {*declared.features, *base.key, *times, *joined} - {*declared.entity_key, declared.target}
    rows = first_rows(session, base, 1)
    example = {name: _plain(value) for name, value in rows.iloc[0].items()} if len(rows) else {}
    return Question(
        tuple(base.column(name) for name in declared.entity_key),
        tuple(c for c in base.columns if c.name in wanted and c.name != declared.label_time),
        example,
    )


def question_form(question: Question, *, with_features: bool, latest: datetime) -> Request | None:
    """Draw the form; the request when it was sent."""
    with st.form("question", enter_to_submit=True):
        st.caption("Who or what is asked about. Left empty, a feature counts as not known.")
        entity = _fields(question.entity, question.example, "entity")
        features = _fields(question.features, question.example, "feature") if with_features else None
        at = st.text_input("As of", "", placeholder=f"{latest:%Y-%m-%d} (now)", help="ISO time, UTC", key="as_of_time")
        if not st.form_submit_button("Ask the champion", type="primary"):
            return None
    return Request(entity, features, _moment(at))


def _fields(columns: tuple[Column, ...], example: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    cells = st.columns(4)
    return {c.name: _field(cells[i % 4], c, example.get(c.name), f"{prefix}_{c.name}") for i, c in enumerate(columns)}


def _field(cell: Any, column: Column, value: Any, key: str) -> Any:
    """The widget of a column's type, with a real value in it."""
    if column.type is ColumnType.BOOLEAN:
        options = [True, False]
        index = options.index(value) if value in options else None
        return cell.selectbox(column.name, options, index=index, key=key, placeholder="not known")
    if column.type is ColumnType.INTEGER:
        return cell.number_input(column.name, value=None if value is None else int(value), step=1, key=key)
    if column.type is ColumnType.NUMBER:
        return cell.number_input(column.name, value=None if value is None else float(value), key=key, format="%g")
    text = cell.text_input(column.name, "" if value is None else str(value), key=key)
    return text or None


def _moment(text: str) -> datetime | None:
    """The time that was typed (UTC where it names no zone), or Invalid."""
    if not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid(f"'{text}' is no time: write one such as 2026-03-01T12:00:00Z.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _plain(value: Any) -> Any:
    """One cell as JSON knows it."""
    if isinstance(value, str | bool):
        return value
    if value is None or pd.isna(value):
        return None
    if isinstance(value, datetime):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value
