"""Importances as the estimator tells them, with their spread over the folds."""

import numpy as np
import pandas as pd

from mms.domain.diagnostics import Parameters
from mms.domain.errors import Invalid
from mms.ml.diagnostics.ground import Ground, Tables

MOST = 100
"""Features that are kept, the greatest of the final fit by size."""


def made(ground: Ground, _parameters: Parameters) -> Tables:
    """The table of `importance_table`. Invalid: the algorithm tells none."""
    told = ground.importances
    if told is None:
        raise Invalid(
            f"'{ground.triple.algorithm}' does not tell what its features weigh: "
            "ask for its permutation importance, or a linear model or trees."
        )
    return {"features": importance_table(told)}


def importance_table(told: pd.DataFrame) -> pd.DataFrame:
    """feature, final, mean, sd, low, high (least and greatest), folds; by size in the final fit.

    told: columns feature, fold_0 .. fold_11, final; a feature that a fold did not tell counts in the others only.
    """
    folds = told.filter(regex=r"^fold_\d+$").to_numpy(np.float64)
    frame = pd.DataFrame(folds).T
    table = pd.DataFrame(
        {
            "feature": told["feature"].to_numpy(),
            "final": told["final"].to_numpy(np.float64),
            "mean": frame.mean().to_numpy(),
            "sd": frame.std().to_numpy(),
            "low": frame.min().to_numpy(),
            "high": frame.max().to_numpy(),
            "folds": frame.count().to_numpy(),
        }
    )
    weight = table["final"].fillna(table["mean"]).abs()
    return table.iloc[np.argsort(-weight.to_numpy(), kind="stable")[:MOST]].reset_index(drop=True)
