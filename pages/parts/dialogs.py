"""Which dialog is open: kept over reruns of the page, so that it stays until it is answered or dismissed."""

import streamlit as st

_OPEN = "open_dialog"


def open_dialog(name: str) -> None:
    """Remember it as the open one; for a button's on_click."""
    st.session_state[_OPEN] = name


def close_dialog() -> None:
    """None is open; for on_dismiss, and after the answer."""
    st.session_state.pop(_OPEN, None)


def is_open(name: str) -> bool:
    """Whether this one is to be drawn."""
    return st.session_state.get(_OPEN) == name
