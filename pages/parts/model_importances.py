"""What each feature weighed in a model, and how much that changes from fold to fold."""

import pandas as pd
import streamlit as st

from db.queries.folds import importances_frame
from db.session import reading
from mms.domain.errors import NotFound
from mms.domain.models import Model

_SHOWN = 20


def importances(model: Model) -> None:
    """The features that weigh most, as a table; a sentence where the algorithm tells none."""
    st.subheader("What each feature weighed")
    try:
        with reading() as session:
            frame = importances_frame(session, model.id)
    except NotFound:
        st.markdown("This algorithm does not tell what its features weigh: ask a linear model or trees.")
        return
    shown = importance_table(frame)
    first = shown.iloc[0]
    st.markdown(f"**{first['feature']}** weighs most of {len(frame):,} features.")
    weight = st.column_config.NumberColumn(format="%.4g")
    st.dataframe(
        shown, hide_index=True, alt=f"the features that weigh most in {model.ranked.name}",
        column_config={name: weight for name in shown.columns if name != "feature"},
    )  # fmt: skip
    st.caption("Impurity or gain of trees, coefficients of linear models: of the final fit, and over the folds.")


def importance_table(importances: pd.DataFrame) -> pd.DataFrame:
    """The `_SHOWN` features that weigh most in the final fit, by size: final, mean and spread over the folds."""
    folds = importances.filter(regex=r"^fold_\d+$")
    table = pd.DataFrame(
        {
            "feature": importances["feature"],
            "final fit": importances["final"],
            "mean of folds": folds.mean(axis=1),
            "± over folds": folds.std(axis=1),
        }
    )
    return table.sort_values("final fit", key=lambda values: -values.abs(), kind="stable").head(_SHOWN)
