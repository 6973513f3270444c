"""A page of Streamlit's own with nothing but a table of 50 rows: the least that a first paint can take."""

import streamlit as st

_WORDS = [f"{algorithm} {i}" for i in range(10) for algorithm in ("logistic", "boosting", "forest", "svm", "tree")]

st.set_page_config(layout="wide")
st.title("Models")
st.dataframe(
    {
        "model": _WORDS,
        "hyperparameters": [f"C={i}, max_depth={i}" for i in range(50)],
        "score": [0.9 - i / 100 for i in range(50)],
        "folds": [[0.9 - i / 100 + j / 500 for j in range(12)] for i in range(50)],
    },
    column_config={"folds": st.column_config.LineChartColumn("By fold")},
    hide_index=True,
)
