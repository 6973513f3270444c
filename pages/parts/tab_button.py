"""A button that opens another tab of the page it stands on."""

import streamlit as st


def tab_button(label: str, tab: str) -> None:
    """Open a tab of this page; a link to one's own page would leave the tab as it is."""
    st.button(label, key=f"open_{tab}", on_click=_open, args=(tab,))


def _open(tab: str) -> None:
    st.session_state["tab"] = tab
