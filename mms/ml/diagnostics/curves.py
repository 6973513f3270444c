"""What ranking gives: ROC, precision against recall, cumulative gains; over all out-of-fold rows, and fold by fold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mms.domain.diagnostics import Parameters
from mms.domain.errors import Invalid
from mms.ml.diagnostics.ground import Ground, Tables
from mms.ml.diagnostics.thinning import thinned

GRID = np.linspace(0.0, 1.0, 101)
"""Where the folds' curves are averaged."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows by falling score, counted: one entry per distinct score.

    thresholds: (d,) falling. hits, misses: (d,) rows of the class, and of the rest, scored at or above each.
    """

    thresholds: np.ndarray
    hits: np.ndarray
    misses: np.ndarray

    @property
    def positives(self) -> float:
        """Rows of the class."""
        return float(self.hits[-1])

    @property
    def rows(self) -> float:
        """All rows."""
        return float(self.hits[-1] + self.misses[-1])


def ranking(positive: np.ndarray, score: np.ndarray) -> Ranking:
    """Count ranked rows. positive: (n,) bool; score: (n,), higher means more likely."""
    order = np.argsort(-score, kind="stable")
    positive, score = positive[order], score[order]
    last = np.concatenate([np.flatnonzero(np.diff(score)), [len(score) - 1]])
    hits = np.cumsum(positive)[last].astype(float)
    return Ranking(score[last], hits, last + 1 - hits)


def roc(ground: Ground, parameters: Parameters) -> Tables:
    """Tables curve, band (mean of the folds' curves ± 1 sd), folds, summary.

    Equals scikit-learn's roc_curve and roc_auc_score; a fold without the class, or without the rest, has no curve.
    """
    name, whole, folds = _rankings(ground, parameters, "ROC curve")
    false_rate, true_rate = _from_zero(whole.misses), _from_zero(whole.hits)
    areas = {fold: _roc_area(one) for fold, one in folds.items()}
    kept = thinned(false_rate, true_rate)
    curve = {"false_rate": false_rate, "true_rate": true_rate, "threshold": _from_infinity(whole.thresholds)}
    inner = [np.interp(GRID, _from_zero(one.misses), _from_zero(one.hits)) for one in folds.values()]
    return {
        "curve": pd.DataFrame(curve).iloc[kept],
        "band": _band("false_rate", inner, np.interp(GRID, false_rate, true_rate)),
        "folds": _by_fold("area", areas),
        "summary": _summary(name, whole, areas, area=_mean(areas, _roc_area(whole)), pooled=_roc_area(whole)),
    }


def precision_recall(ground: Ground, parameters: Parameters) -> Tables:
    """Tables curve (recall rising), band, folds, summary.

    Equals scikit-learn's precision_recall_curve and average_precision_score. Between two points precision is not
    interpolated, which would flatter (Davis and Goadrich, ICML 2006): the band takes it where recall is first reached.
    """
    name, whole, folds = _rankings(ground, parameters, "precision-recall curve")
    recall, precision = _recall(whole), _precision(whole)
    averages = {fold: _average_precision(one) for fold, one in folds.items()}
    kept = thinned(recall, precision)
    curve = {"recall": recall, "precision": precision, "threshold": _from_infinity(whole.thresholds)}
    average = _average_precision(whole)
    return {
        "curve": pd.DataFrame(curve).iloc[kept],
        "band": _band("recall", [_precision_at(one) for one in folds.values()], _precision_at(whole)),
        "folds": _by_fold("average", averages),
        "summary": _summary(name, whole, averages, average=_mean(averages, average), pooled=average),
    }


def gains(ground: Ground, parameters: Parameters) -> Tables:
    """Tables gains (share of rows flagged, best first; share of the class found; lift; band) and summary.

    Rows with equal scores are taken evenly. lift: how many times as many of the class as among rows drawn at random.
    ks: Kolmogorov and Smirnov's greatest distance between the scores of the class and those of the rest.
    """
    name, whole, folds = _rankings(ground, parameters, "gains curve")
    found = _gain(whole)
    band = _band("flagged", [_gain(one) for one in folds.values()], found)
    table = pd.DataFrame({"flagged": GRID, "rows": GRID * whole.rows, "found": found})
    table["lift"] = np.divide(found, GRID, out=np.full(len(GRID), np.nan), where=GRID > 0)
    for end in ("low", "high"):
        table[end] = band[end]
    distance = float(np.abs(_from_zero(whole.hits) - _from_zero(whole.misses)).max())
    return {"gains": table, "summary": _summary(name, whole, folds, ks=distance)}


def _rankings(ground: Ground, parameters: Parameters, what: str) -> tuple[str, Ranking, dict[int, Ranking]]:
    """The class, the ranking of all rows, and those of the folds that hold the class and the rest."""
    name = ground.class_named(parameters["class"])
    positive, score, fold = ground.scored(name)
    if positive.all() or not positive.any():
        which = "is" if len(positive) and positive.all() else "is not"
        raise Invalid(
            f"Every one of the {len(positive):,} out-of-fold rows {which} of class '{name}': "
            f"a {what} needs rows of the class and rows of the rest."
        )
    folds = {int(number): fold == number for number in np.unique(fold)}
    both = {number: at for number, at in folds.items() if 0 < positive[at].sum() < at.sum()}
    return name, ranking(positive, score), {number: ranking(positive[at], score[at]) for number, at in both.items()}


def _from_zero(counts: np.ndarray) -> np.ndarray:
    """Cumulative counts as shares of the last one, from 0."""
    return np.concatenate([[0.0], counts / counts[-1]])


def _from_infinity(thresholds: np.ndarray) -> np.ndarray:
    """Above every score nothing is flagged."""
    return np.concatenate([[np.inf], thresholds])


def _roc_area(ranked: Ranking) -> float:
    return float(np.trapezoid(_from_zero(ranked.hits), _from_zero(ranked.misses)))


def _recall(ranked: Ranking) -> np.ndarray:
    return _from_zero(ranked.hits)


def _precision(ranked: Ranking) -> np.ndarray:
    return np.concatenate([[1.0], ranked.hits / (ranked.hits + ranked.misses)])


def _average_precision(ranked: Ranking) -> float:
    return float(np.sum(np.diff(_recall(ranked)) * _precision(ranked)[1:]))


def _precision_at(ranked: Ranking) -> np.ndarray:
    """Precision where each recall of the grid is first reached."""
    at = np.searchsorted(_recall(ranked), GRID - 1e-12).clip(0, len(ranked.hits))
    reached: np.ndarray = _precision(ranked)[at]
    return reached


def _gain(ranked: Ranking) -> np.ndarray:
    """Share of the class among the best-scored share of the rows, on the grid."""
    found: np.ndarray = np.interp(GRID, _from_zero(ranked.hits + ranked.misses), _from_zero(ranked.hits))
    return found


def _band(name: str, curves: Sequence[np.ndarray], otherwise: np.ndarray) -> pd.DataFrame:
    """Mean of the folds' curves, one sample standard deviation to either side; the whole's where no fold has one."""
    inner = np.array(curves or [otherwise])
    mean = inner.mean(axis=0)
    sd = inner.std(axis=0, ddof=1) if len(inner) > 1 else np.zeros(len(GRID))
    return pd.DataFrame({name: GRID, "mean": mean, "low": np.clip(mean - sd, 0, 1), "high": np.clip(mean + sd, 0, 1)})


def _by_fold(name: str, values: dict[int, float]) -> pd.DataFrame:
    return pd.DataFrame({"fold": list(values), name: list(values.values())}).astype({"fold": int, name: float})


def _mean(values: dict[int, float], otherwise: float) -> float:
    return float(np.mean(list(values.values()))) if values else otherwise


def _summary(name: str, whole: Ranking, folds: dict[int, float] | dict[int, Ranking], **numbers: float) -> pd.DataFrame:
    counted = {"rows": int(whole.rows), "positives": int(whole.positives), "folds": len(folds)}
    return pd.DataFrame([{"class": name, **numbers, **counted}])
