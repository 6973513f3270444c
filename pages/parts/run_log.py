"""What a run's job logged."""

from collections.abc import Sequence

import streamlit as st

from mms.domain.jobs import LogLine
from pages.parts.formatting import counted, local


def run_log(lines: Sequence[LogLine]) -> None:
    """Draw the lines, folded away, oldest first."""
    with st.expander(f"Log ({counted(len(lines), 'line')})"):
        text = "\n".join(f"{local(line.at):%H:%M:%S}  {line.level:<7}  {line.message}" for line in lines)
        st.code(text or "Nothing was logged yet.", language=None)
