"""The files of a model: what each holds, its size and hash, and where it downloads."""

import pandas as pd
import streamlit as st

from mms.domain.cards import ModelCard
from pages.parts.formatting import size


def files(card: ModelCard) -> None:
    """The card to print first, then what programs take."""
    base = f"/api/v1/models/{card.model.id}"
    st.markdown("The card tells what this page tells, to print and to send. Hashes say whether a copy is the original.")
    row = st.container(horizontal=True)
    row.link_button("Model card (HTML)", f"{base}/card.html", icon=":material/description:")
    row.link_button("Model card (PDF)", f"{base}/card.pdf", icon=":material/picture_as_pdf:")
    st.dataframe(files_frame(card), hide_index=True, alt="the files of this model", column_config=_COLUMNS)


_COLUMNS = {"download": st.column_config.LinkColumn("Download", display_text="Download")}


def files_frame(card: ModelCard) -> pd.DataFrame:
    """One row a file."""
    model, base = card.model, f"/api/v1/models/{card.model.id}"
    oof = "each row as a fit that had not seen it answered"
    whole = size(model.ranked.artifact_size)
    rows = [
        ("artifact", "the fitted pipeline, as joblib reads it", whole, model.artifact_sha, "artifact"),
        ("triple", "what a run takes to fit it again (JSON)", "", model.triple.hash, "triple"),
        ("out-of-fold rows", f"{oof} (Parquet)", "", model.oof_sha, "oof.parquet"),
        ("out-of-fold rows", f"{oof} (CSV)", "", "", "oof.csv"),
        ("folds", "each fit with its seconds and scores (Arrow)", "", "", "folds"),
    ]
    if card.weights:
        rows.append(("importances", "what each feature weighed in each fold (Arrow)", "", "", "importances"))
    frame = pd.DataFrame(rows, columns=["file", "holds", "size", "SHA-256", "download"])
    frame["download"] = f"{base}/" + frame["download"]
    return frame[["file", "holds", "size", "download", "SHA-256"]]
