"""Who looks at the screen, when, and which ids stand in the address."""

from datetime import UTC, datetime, timedelta

import streamlit as st

from db.queries.members import find_member
from db.session import reading, transaction
from mms.domain.errors import NotFound
from mms.domain.members import LOCAL_MEMBER, Member
from mms.security.gate import MEMBER_HEADER
from mms.usecases.members import ensure_local_admin

FAR_BACK = timedelta(days=3650)
"""How far before a project's present one may choose a day: Streamlit counts its own ten years from today, and a
replayed past may lie before them."""


def current_member() -> Member:
    """The member the gate named; without sign-in, the local administrator, made at the first look."""
    name = st.context.headers.get(MEMBER_HEADER) or LOCAL_MEMBER
    with reading() as session:
        member = find_member(session, name)
    if member is not None:
        return member
    if name != LOCAL_MEMBER:
        raise NotFound(f"There is no member '{name}': ask an administrator to add you.")
    with transaction() as session:
        return ensure_local_admin(session, real_now())


def real_now() -> datetime:
    """The real time. What happens in a project takes `project.present(real_now())`."""
    return datetime.now(UTC)


def id_in_url(param: str, noun: str) -> int | None:
    """The id the address gives for a thing, None where it gives none; NotFound where it is no number."""
    text = st.query_params.get(param)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise NotFound(f"'{text}' is no number of a {noun}: choose one from the list.")
    return int(text)
