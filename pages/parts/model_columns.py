"""Which columns the model table shows beside the classic ones."""

from collections.abc import Sequence

import streamlit as st

from mms.domain.filters import FieldOption
from mms.domain.model_fields import RANK, Field

COLUMNS, DIFFER = "columns", "differ"

_CLASSIC = frozenset({"algorithm", "state", "owner", "version", "id", "build_seconds", "size", "age", "touched"})
"""Fields that the table shows anyway."""


def chosen_columns(options: Sequence[FieldOption]) -> tuple[Field, ...]:
    """Draw the choice; the fields in the order in which they were chosen."""
    fields = {o.field.name: o.field for o in options if o.field.sorts and o.field.name not in _CLASSIC}
    fields[RANK.name] = RANK
    names = st.multiselect(
        "Show also", list(fields), key=COLUMNS, bind="query-params",
        format_func=lambda name: fields[name].title,
        help="other metrics with their spread, least and greatest fold; hyperparameters; snapshot, run, times, rank",
    )  # fmt: skip
    st.toggle(
        "Only columns that differ", key=DIFFER, bind="query-params",
        help="leaves out what all shown models have in common, and gives each hyperparameter that differs a column",
    )  # fmt: skip
    return tuple(fields[name] for name in names)
