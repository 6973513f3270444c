"""Conditions as a small table one fills in: which rows."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from mms.domain.tables import Column, Condition, Operator, typed_value

_NO_VALUE = (Operator.IS_NULL, Operator.NOT_NULL)


def conditions_editor(columns: Sequence[Column], key: str) -> pd.DataFrame:
    """The table; its lines become conditions by `conditions_of`."""
    words = pd.Series(dtype=str)
    edited: pd.DataFrame = st.data_editor(
        pd.DataFrame({"column": words, "operator": words, "value": words}),
        num_rows="dynamic",
        key=key,
        column_config={
            "column": st.column_config.SelectboxColumn("Column", options=[c.name for c in columns], required=True),
            "operator": st.column_config.SelectboxColumn("Is", options=[o.value for o in Operator], required=True),
            "value": st.column_config.TextColumn("Value", help="several, separated by commas, after 'in'"),
        },
    )
    return edited


def conditions_of(columns: Sequence[Column], lines: pd.DataFrame) -> tuple[Condition, ...]:
    """The conditions that the lines say; Invalid for a value that its column cannot hold."""
    by_name = {column.name: column for column in columns}
    return tuple(
        _condition(by_name[line["column"]], Operator(line["operator"]), line["value"])
        for line in lines.to_dict("records")
        if line["column"] in by_name and line["operator"]
    )


def _condition(column: Column, operator: Operator, text: Any) -> Condition:
    if operator in _NO_VALUE:
        return Condition(column.name, operator)
    words = "" if text is None or pd.isna(text) else str(text).strip()
    if operator is Operator.IN:
        return Condition(column.name, operator, [_plain(column, part.strip()) for part in words.split(",")])
    return Condition(column.name, operator, _plain(column, words))


def _plain(column: Column, text: str) -> Any:
    value = typed_value(column, text)
    return value.isoformat() if hasattr(value, "isoformat") else value
