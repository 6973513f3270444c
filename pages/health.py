"""How every project is: in words, those that need somebody first, with the one button each needs."""

import streamlit as st

from db.queries.decay import health
from db.session import reading
from mms.domain.members import Member
from pages.parts.health_card import health_card, summary
from pages.parts.session import current_member, real_now
from pages.parts.told import told


def render(member: Member) -> None:
    """One sentence, then one card a project."""
    st.title("Health")
    now = real_now()
    with told(), reading() as session:
        rows = health(session, member, now)
    st.markdown(summary(rows))
    if not rows:
        st.markdown(
            "A project answers one question again and again, such as *will this flight be late?* It begins with "
            "one CSV or Parquet file: one row for each case, one column with the answer."
        )
        st.page_link("data.py", label="Upload a file", icon=":material/upload_file:", query_params={"new": "file"})
    for place, row in enumerate(rows):
        health_card(member, row, now, first=place == 0)


render(current_member())
