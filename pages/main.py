"""The page map, the guard and the project switcher. Started by app.py; each page then runs as a script of its own."""

from collections.abc import Mapping

import streamlit as st

from pages.parts.project import switcher
from pages.parts.session import current_member
from pages.parts.sidebar import alert_bell, news_link, search_box
from pages.parts.told import told

SHOWN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "Overview": (("health", "Health"), ("alerts", "Alerts"), ("activity", "Activity")),
    "Build": (("data", "Data"), ("train", "Train"), ("runs", "Runs")),
    "Choose": (("models", "Models"), ("champions", "Champions")),
    "Operate": (("predict", "Predict"), ("decay", "Decay"), ("triggers", "Triggers")),
    "Manage": (("projects", "Projects"), ("admin", "Admin")),
}
"""Section -> pages of the menu: file and title."""

UNSHOWN = (
    ("model", "Model"),
    ("compare", "Compare"),
    ("ensemble", "Combine"),
    ("recipe", "Recipe"),
    ("gallery", "Gallery"),
    ("slices", "Slices"),
    ("what_if", "What if"),
    ("find", "Search"),
)
"""Pages that others lead to: they have an address, and stay out of the menu."""


def main() -> None:
    """Register every page (a deep link needs the whole map), check who asks, draw the sidebar, run the page."""
    st.set_page_config(page_title="MMS", page_icon="🔷", layout="wide")
    sections = {name: [_page(*e) for e in entries] for name, entries in SHOWN.items()}
    unshown = [_page(*e) for e in UNSHOWN]
    chosen = st.navigation([*(page for pages in sections.values() for page in pages), *unshown], position="hidden")
    with told():
        member = current_member()
        with st.sidebar:
            query = switcher(member)
            search_box(query)
            alert_bell(member, query)
            news_link(member, query)
            for name, pages in sections.items():
                st.caption(name)
                for page in pages:
                    st.page_link(page, query_params=query)
            st.caption(f"Signed in as {member.display_name}")
    chosen.run()


def _page(stem: str, title: str) -> st.Page:
    return st.Page(f"{stem}.py", title=title, default=stem == "health")


main()
