"""How every project is: in words, those that need somebody first, with what one may do about each."""

import streamlit as st

from db.queries.health import health
from db.session import reading
from mms.domain.condition import summary
from mms.domain.markdown import as_text
from mms.domain.members import Member
from pages.parts.health_card import health_card
from pages.parts.session import current_member, real_now
from pages.parts.told import told
from pages.parts.weekly import weekly_downloads


def render(member: Member) -> None:
    """One sentence, then one card a project, and the same on paper."""
    st.title("Health")
    now = real_now()
    with told(), reading() as session:
        rows = health(session, member, now)
    st.markdown(summary({as_text(row.project.name): row.condition.mood for row in rows}))
    if not rows:
        st.markdown(
            "A project answers one question again and again, such as *will this flight be late?* It begins with "
            "one CSV or Parquet file: one row for each case, one column with the answer."
        )
        st.page_link("data.py", label="Upload a file", icon=":material/upload_file:", query_params={"new": "file"})
    for place, row in enumerate(rows):
        health_card(member, row, first=place == 0)
    if rows:
        weekly_downloads(member, now)


render(current_member())
