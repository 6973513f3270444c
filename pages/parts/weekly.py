"""The weekly report as files: written when somebody asks for them."""

from datetime import datetime

import streamlit as st

from db.queries.weekly import week
from db.session import reading
from mms.domain.members import Member
from mms.reports.paper import Paper


def weekly_downloads(member: Member, now: datetime) -> None:
    """The same page on paper, with what was done in the last seven days."""

    def paper() -> Paper:
        from mms.reports.weekly import weekly_paper

        with reading() as session:
            return weekly_paper(week(session, member, now), now)

    def html() -> str:
        from mms.reports.html import to_html

        return to_html(paper())

    def pdf() -> bytes:
        from mms.reports.pdf import to_pdf  # with its fonts, which the first page must not wait for

        return to_pdf(paper())

    st.header("Weekly report")
    st.caption("Every project as above, and what was done in its last seven days; for those who read on paper.")
    name = f"models-week-to-{now:%Y-%m-%d}"
    with st.container(horizontal=True):
        for label, made, ending, mime in (("HTML", html, "html", "text/html"), ("PDF", pdf, "pdf", "application/pdf")):
            st.download_button(
                f"Weekly report, {label}", made, f"{name}.{ending}", mime, key=f"weekly_{ending}", on_click="ignore",
                icon=":material/download:",
            )  # fmt: skip
