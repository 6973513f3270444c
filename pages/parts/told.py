"""Refusals on a screen: a domain error becomes one red sentence, in one place."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from mms.domain.errors import MmsError
from mms.domain.markdown import as_text


@contextmanager
def told(*, stop: bool = True) -> Iterator[None]:
    """Show a refusal as its sentence.

    stop: end the page there, for what the page cannot be drawn without (the default). After a click that was refused,
    stop=False leaves the rest of the page standing.
    """
    try:
        yield
    except MmsError as error:
        st.error(as_text(error.sentence), icon=":material/error:")
        if stop:
            st.stop()
