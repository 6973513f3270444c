"""Downloads: what is shown, as a file."""

import pandas as pd
import streamlit as st

from mms.domain.exports import csv_lines


def csv_download(frame: pd.DataFrame, name: str, label: str, *, key: str) -> None:
    """A button that gives the frame as a CSV; it is written when somebody asks for it."""

    def written() -> bytes:
        rows = frame.astype(object).where(frame.notna(), "").itertuples(index=False)
        return "".join(csv_lines([str(column) for column in frame.columns], rows)).encode()

    st.download_button(label, written, name, "text/csv", key=key, on_click="ignore", icon=":material/download:")
