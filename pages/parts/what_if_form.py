"""The form of a what-if: a widget for each input, by its type and by what the snapshot holds."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from mms.domain.canonical import parsed_json
from mms.domain.cards import UsedColumn
from mms.domain.errors import Invalid
from mms.domain.models import Signature
from mms.domain.tables import ColumnType

_PARAM = "row"
_MOST = 60
"""Widgets of one form; the inputs beyond keep the values of the example."""

_EXACT = 2**53
"""From here on (and for what is no number, or infinite) a browser has no whole numbers: the field begins empty."""

_UNKNOWN = "not known"


def row_in_url(signature: Signature) -> dict[str, Any]:
    """The values that the address says, the example's where it says none; Invalid where it says no JSON object."""
    text = st.query_params.get(_PARAM)
    example = {column.name: signature.example.get(column.name) for column in signature.inputs}
    if text is None:
        return example
    try:
        given = parsed_json(text)
    except ValueError as error:
        raise Invalid("The values in the address are no JSON: open the page of the model and begin again.") from error
    if not isinstance(given, dict):
        raise Invalid("The values in the address are no JSON object: open the page of the model and begin again.")
    return example | given


def what_if_form(columns: Sequence[UsedColumn], row: Mapping[str, Any]) -> None:
    """Draw the form; asked, it writes its values into the address."""
    with st.form("what_if"):
        cells = st.columns(4)
        shown = columns[:_MOST]
        typed = {one.column.name: _field(cells[i % 4], one, row.get(one.column.name)) for i, one in enumerate(shown)}
        if len(columns) > _MOST:
            st.caption(f"The first {_MOST} of {len(columns):,} inputs; the others keep the values of the example row.")
        asked = st.form_submit_button("Ask the model", type="primary")
    if asked:
        st.query_params[_PARAM] = json.dumps({**row, **typed}, ensure_ascii=False)
        st.rerun()


def _field(cell: Any, one: UsedColumn, value: Any) -> Any:
    """The widget of a column; a value of the wrong type begins empty, and the model's refusal says which."""
    name, kind, key = one.column.name, one.column.type, f"what_if_{one.column.name}"
    tip = _tip(one)
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _EXACT
    if kind is ColumnType.BOOLEAN:
        options = [True, False]
        index = options.index(value) if isinstance(value, bool) else None
        return cell.selectbox(name, options, index=index, key=key, placeholder=_UNKNOWN, help=tip)
    if kind is ColumnType.INTEGER:
        return cell.number_input(name, value=int(value) if is_number else None, step=1, key=key, help=tip)
    if kind is ColumnType.NUMBER:
        return cell.number_input(name, value=float(value) if is_number else None, key=key, format="%g", help=tip)
    text = None if value is None else str(value)
    if kind is ColumnType.CATEGORY:
        return _category(cell, one, text, key)
    if kind is ColumnType.TEXT:
        return cell.text_area(name, text or "", key=key, help=tip, height=68) or None
    return cell.text_input(name, text or "", key=key, help=tip, placeholder="2026-03-01T12:00:00Z") or None


def _category(cell: Any, one: UsedColumn, value: str | None, key: str) -> str | None:
    """The most frequent categories to choose from; any other can be typed."""
    known = [name for name, _ in one.profile.top] if one.profile else []
    options = list(dict.fromkeys([*known, *([value] if value is not None else [])]))
    chosen: str | None = cell.selectbox(
        one.column.name, options, index=None if value is None else options.index(value), key=key,
        placeholder=_UNKNOWN, accept_new_options=True, help=_tip(one),
    )  # fmt: skip
    return chosen


def _tip(one: UsedColumn) -> str:
    """What the column means, and what the snapshot holds of it."""
    said = one.note.said.description if one.note else ""
    held = f"In the snapshot: {one.range_words}." if one.profile else ""
    return " ".join(part for part in (said, held, "Empty: not known.") if part)
