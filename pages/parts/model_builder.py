"""A filter of the model table by clicks: its terms, each with a way to take it off, and one more to put on."""

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from mms.domain.filters import All, Comparison, Contains, FieldOption, Filter, Missing, OneOf, Value, text_of
from mms.domain.model_fields import Kind
from mms.domain.tables import Operator
from pages.parts.model_view import first_page

_SIGNS: Mapping[str, Operator] = {
    "is": Operator.EQ,
    "is not": Operator.NE,
    "at least": Operator.GE,
    "more than": Operator.GT,
    "at most": Operator.LE,
    "less than": Operator.LT,
}
_ORDERED = ("at least", "at most", "more than", "less than", "is", "is not", "has no value")
_TESTS: Mapping[Kind, tuple[str, ...]] = {
    Kind.NUMBER: _ORDERED,
    Kind.WHOLE: _ORDERED,
    Kind.TIME: ("at least", "less than", "has no value"),
    Kind.TEXT: ("is one of", "is not", "contains"),
    Kind.TAGS: ("is one of", "is not"),
    Kind.PARAMETER: _ORDERED,
    Kind.ANY_TEXT: ("contains",),
}


def builder(options: Sequence[FieldOption], where: Filter | None, *, is_wrong: bool) -> None:
    """Draw the terms of the filter, and widgets for one more. is_wrong: the text is no filter yet."""
    if is_wrong:
        st.markdown("Mend the filter's text first, or take it away.")
        st.button("Take it away", on_click=_write, args=(None,))
        return
    terms = _terms(where)
    for i, term in enumerate(terms):
        words, button = st.columns([4, 1], vertical_alignment="center")
        words.code(text_of(term), language=None)
        rest = (*terms[:i], *terms[i + 1 :])
        button.button(":material/close:", key=f"term_{i}", help="Take this term off", on_click=_write, args=(rest,))
    by_name = {option.field.name: option for option in options}
    name = st.selectbox("Field", list(by_name), key="builder_field", format_func=lambda name: by_name[name].field.title)
    option = by_name[name]
    test = st.selectbox("Test", _TESTS[option.field.kind], key=f"builder_test_{option.field.kind.name}")
    term = _term(option, test)
    st.caption(f"{option.field.explanation}; as text: `{option.field.example}`")
    st.button(
        "Add to the filter", type="primary", disabled=term is None, on_click=_write, args=((*terms, term),),
        help="Say a value first." if term is None else "All terms hold together; OR and NOT are for the text.",
    )  # fmt: skip


def _term(option: FieldOption, test: str) -> Filter | None:
    """What the widgets say; None where a value is missing."""
    field, key = option.field, f"builder_value_{option.field.name}_{test}"
    if test == "has no value":
        return Missing(field)
    if test == "contains":
        text = st.text_input("Text", key=key).strip()
        return Contains(field, text) if text else None
    if test == "is one of":
        chosen = st.multiselect("Values", option.values, key=key, accept_new_options=True)
        return OneOf(field, tuple(chosen)) if chosen else None
    value = _value(option, key)
    return None if value is None or value == "" else Comparison(field, _SIGNS[test], value)


def _value(option: FieldOption, key: str) -> Value | None:
    kind = option.field.kind
    if kind is Kind.TIME:
        day: date | None = st.date_input("Day (UTC)", value=None, key=key)
        return day
    if kind in (Kind.NUMBER, Kind.PARAMETER) and not _is_text(option):
        return st.number_input("Value", value=None, format="%g", key=key)
    if kind is Kind.WHOLE:
        return st.number_input("Value", value=None, step=1, key=key)
    return st.selectbox("Value", option.values, index=None, key=key, accept_new_options=True)


def _is_text(option: FieldOption) -> bool:
    """Whether a hyperparameter's values are no numbers."""
    try:
        list(map(float, option.values))
    except ValueError:
        return True
    return False


def _terms(where: Filter | None) -> tuple[Filter, ...]:
    if where is None:
        return ()
    return where.terms if isinstance(where, All) else (where,)


def _write(terms: tuple[Filter, ...] | None) -> None:
    """Make the terms the filter; for a button's on_click."""
    whole = None if not terms else terms[0] if len(terms) == 1 else All(terms)
    st.session_state["where"] = "" if whole is None else text_of(whole)
    first_page()
