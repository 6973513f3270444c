"""Out-of-fold rows of a model: looked at and downloaded."""

import streamlit as st

from mms.domain.models import Model
from mms.domain.projects import Project
from pages.parts.row_filter import filtered
from pages.parts.scored_rows import out_of_fold
from pages.parts.told import told

_SHOWN = 1000
_SHARE = st.column_config.NumberColumn(format="%.4f")


def rows_tab(project: Project, model: Model) -> None:
    """The rows that the address asks for, and the files with all of them."""
    rows = out_of_fold(model)
    whole = len(rows)
    st.markdown(f"{whole:,} out-of-fold rows: each was predicted by a fit that had not seen it.")
    row = st.container(horizontal=True)
    base = f"/api/v1/models/{model.id}"
    row.link_button("All rows as CSV", f"{base}/oof.csv", icon=":material/download:")
    row.link_button("All rows as Parquet", f"{base}/oof.parquet", icon=":material/download:")
    with told():
        rows = filtered(project, model, rows)
    if "label" in rows.columns and st.toggle("Only wrong answers", key="wrong", bind="query-params"):
        rows = rows[rows["truth"] != rows["label"]]
    if len(rows) < whole:
        st.markdown(f"**{len(rows):,}** of them are chosen.")
    classes = {f"p_{i}": f"P({name})" for i, name in enumerate(model.signature.classes)}
    shown = rows.head(_SHOWN).rename(columns=classes)
    shown["fold"] += 1  # people count folds from one, here as on the tab of the folds
    shares = dict.fromkeys([*classes.values(), *(["score"] if classes else [])], _SHARE)
    st.dataframe(
        shown, hide_index=True, alt="out-of-fold rows", column_config={"row": "row of the snapshot"} | shares
    )  # fmt: skip
    if len(rows) > _SHOWN:
        st.caption(f"The first {_SHOWN:,} of {len(rows):,} rows.")
