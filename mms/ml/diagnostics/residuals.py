"""Residuals of numbers: every out-of-fold row counted, some of them as points."""

import numpy as np
import pandas as pd

from mms.domain.diagnostics import Parameters
from mms.ml.diagnostics.ground import Ground, Tables

POINTS = 1_500
"""Points that are kept, at random: even steps would leave folds out that were dealt like cards."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def made(ground: Ground, _parameters: Parameters) -> Tables:
    """points: row, fold, truth, value of at most `POINTS` rows. folds: fold, n, mean_error, mae, rmse.

    facts, of all rows: n, mean_error, mae, rmse, r2 (missing where all truths are equal), q05 .. q95 of value - truth.
    """
    rows = ground.oof
    at = np.random.default_rng(ground.seed).permutation(len(rows))[:POINTS]
    points = rows.iloc[np.sort(at)][["row", "fold", "truth", "value"]].reset_index(drop=True)
    truth, value = (rows[name].to_numpy(np.float64) for name in ("truth", "value"))
    error, spread = value - truth, float(((truth - truth.mean()) ** 2).sum())
    quantiles = {f"q{round(100 * q):02d}": float(np.quantile(error, q)) for q in QUANTILES}
    r2 = 1 - float((error**2).sum()) / spread if spread else np.nan
    facts = pd.DataFrame([{**_errors(error), "r2": r2, **quantiles}])
    folds = pd.DataFrame(
        [{"fold": int(fold), **_errors(error[(rows["fold"] == fold).to_numpy()])} for fold in rows["fold"].unique()]
    ).sort_values("fold", ignore_index=True)
    return {"points": points, "facts": facts, "folds": folds}


def _errors(error: np.ndarray) -> dict[str, float]:
    return {
        "n": len(error),
        "mean_error": float(error.mean()),
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt((error**2).mean())),
    }
