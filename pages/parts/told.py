"""Refusals and breaks on a screen: each becomes one red sentence, in one place."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from mms.domain.errors import MmsError
from mms.domain.markdown import as_text
from pages.parts.session import real_now


@contextmanager
def told(*, stop: bool = True, back: tuple[str, str] | None = None) -> Iterator[None]:
    """Show a refusal as its sentence.

    stop: end the page there, for what the page cannot be drawn without (the default). After a click that was refused,
    stop=False leaves the rest of the page standing. back: the page and the label of the link that leads on from there.
    """
    try:
        yield
    except MmsError as error:
        st.error(as_text(error.sentence), icon=":material/error:")
        if back is not None:
            st.page_link(back[0], label=back[1], icon=":material/arrow_back:")
        if stop:
            st.stop()


def tell_break(error: Exception) -> bool:
    """One sentence where a page broke; the stack goes to the log. True: Streamlit shows no box of its own."""
    logging.getLogger("mms.pages").error("A page broke.", exc_info=error)
    st.error(
        "This part of the page broke, through no fault of yours. Reload the page; if it breaks again, tell whoever "
        f"runs this installation the time, {real_now():%-d %B %Y %H:%M:%S} UTC: the reason stands in the log under it.",
        icon=":material/error:",
    )
    return True
