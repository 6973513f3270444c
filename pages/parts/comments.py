"""Comments on a thing: read, written, one's own edited and deleted."""

import streamlit as st

from db.queries.comments import comments as comments_on
from db.session import reading, transaction
from mms.domain.comments import MOST, Comment
from mms.domain.markdown import as_text, safe_markdown
from mms.domain.members import Member
from mms.domain.subjects import Subject
from mms.usecases.comments import delete_comment, edit_comment, write_comment
from pages.parts.formatting import counted, time_words
from pages.parts.session import real_now
from pages.parts.told import told

_DONE = "comments_done"
"""Grows with each comment, so that the next one begins in an empty box."""


def comments(member: Member, subject: Subject) -> None:
    """What was said, oldest first, and a box to say more."""
    with told(stop=False), reading() as session:
        found = comments_on(session, member, subject)
        st.caption(f"{counted(len(found), 'comment')}." if found else "Nobody has said anything yet.")
        for comment in found:
            _comment(member, comment)
        _box(member, subject)


def _comment(member: Member, comment: Comment) -> None:
    with st.container(border=True, key=f"comment_{comment.id}"):
        edited = f", edited {time_words(comment.edited_at)}" if comment.edited_at else ""
        st.caption(f"{as_text(comment.signed)}, {time_words(comment.created_at)}{edited}")
        st.markdown(safe_markdown(comment.text))
        if comment.author == member.name:
            with st.container(horizontal=True):
                with st.popover("Edit", key=f"comment_edit_{comment.id}"):
                    _edit(member, comment)
                if st.button("Delete", key=f"comment_delete_{comment.id}", type="tertiary"):
                    _delete(member, comment)


def _box(member: Member, subject: Subject) -> None:
    done = st.session_state.setdefault(_DONE, 0)
    key = f"comment_new_{subject.kind.value}_{subject.id}_{done}"
    with st.form(f"form_{key}", border=False):
        text = st.text_area("Say something", key=key, max_chars=MOST, help="Markdown; HTML is shown as text.")
        said = st.form_submit_button("Comment", key=f"send_{key}")
    if said:
        with told(stop=False):
            with transaction() as session:
                write_comment(session, member, subject, text, real_now())
            st.session_state[_DONE] = done + 1
            st.rerun()


def _edit(member: Member, comment: Comment) -> None:
    text = st.text_area("Text", comment.text, key=f"comment_text_{comment.id}", max_chars=MOST)
    if st.button("Save", key=f"comment_save_{comment.id}"):
        with told(stop=False):
            with transaction() as session:
                edit_comment(session, member, comment.id, text, real_now())
            st.rerun()


def _delete(member: Member, comment: Comment) -> None:
    with told(stop=False):
        with transaction() as session:
            delete_comment(session, member, comment.id, real_now())
        st.rerun()
