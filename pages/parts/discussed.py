"""What is said of a thing, under its heading, with the button that follows it."""

import streamlit as st

from mms.domain.markdown import as_text
from mms.domain.members import Member
from mms.domain.subjects import Subject
from pages.parts.comments import comments
from pages.parts.watch import watch_button


def discussed(member: Member, subject: Subject, heading: str = "Comments") -> None:
    """Heading, watch button, comments, box."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(as_text(heading))
        watch_button(member, subject)
    comments(member, subject)
