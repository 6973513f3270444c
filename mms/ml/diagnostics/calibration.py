"""Calibration: whether a probability of 0.3 comes true three times in ten."""

import numpy as np
import pandas as pd

from mms.domain.diagnostics import Parameters
from mms.domain.errors import Invalid
from mms.ml.diagnostics.ground import Ground, Tables
from mms.monitoring.bands import wilson

BINS = 10
"""Groups of rows with about equally many each."""


def made(ground: Ground, parameters: Parameters) -> Tables:
    """Tables bins, folds and summary of one class against the rest. Invalid where scores are no probabilities.

    bins: rows by rising probability, as many in each as ties allow: mean probability, share that came true, its 95 %
    interval (Wilson, JASA 1927). brier: mean squared distance of probability and outcome (Brier, 1950), 0 is perfect;
    constant: that of always saying the share; skill: 1 - brier / constant. error: mean distance of what was said and
    what came true, weighted by rows (Naeini et al., AAAI 2015, with these bins).
    """
    name = ground.class_named(parameters["class"])
    if not ground.is_probability:
        raise Invalid(
            "The scores of this algorithm rank rows and are no probabilities: there is nothing to compare with shares. "
            "Choose an algorithm that estimates probabilities."
        )
    positive, score, fold = ground.scored(name)
    if not len(positive):
        raise Invalid("There are no out-of-fold rows: no probability can be judged.")
    bins = binned(positive, score)
    squares = (score - positive) ** 2
    by_fold = pd.DataFrame({"fold": fold, "brier": squares}).groupby("fold", as_index=False).mean()
    share, brier = float(positive.mean()), float(squares.mean())
    constant = share * (1 - share)
    summary = {
        "class": name,
        "brier": brier,
        "brier_sd": float(by_fold["brier"].std()) if len(by_fold) > 1 else 0.0,
        "constant": constant,
        "skill": 1 - brier / constant if constant else np.nan,
        "error": float(np.average((bins["said"] - bins["true"]).abs(), weights=bins["rows"])),
        "rows": len(positive),
        "positives": int(positive.sum()),
    }
    return {"bins": bins, "folds": by_fold, "summary": pd.DataFrame([summary])}


def binned(positive: np.ndarray, score: np.ndarray, bins: int = BINS) -> pd.DataFrame:
    """Columns from, to, rows, said (mean probability), true (share), low, high; equal scores share a bin."""
    edges = np.unique(np.quantile(score, np.linspace(0, 1, bins + 1)))
    place = np.searchsorted(edges[1:-1], score, side="left") if len(edges) > 2 else np.zeros(len(score), dtype=int)
    grouped = pd.DataFrame({"place": place, "score": score, "positive": positive}).groupby("place")
    table = grouped.agg(
        **{"from": ("score", "min"), "to": ("score", "max"), "rows": ("score", "size")},
        said=("score", "mean"),
        true=("positive", "mean"),
    ).reset_index(drop=True)
    table["low"], table["high"] = wilson((table["true"] * table["rows"]).to_numpy(float), table["rows"].to_numpy(float))
    return table
