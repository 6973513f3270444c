"""Permutation importance: how much worse a fit answers rows it never saw when one column is shuffled.

Breiman, Machine Learning 45, 2001; on held-out rows, as Molnar, Interpretable Machine Learning, 8.5, advises.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from mms.domain.diagnostics import Parameters
from mms.domain.scores import DEFAULT_METRIC
from mms.domain.snapshots import FOLDS
from mms.ml.diagnostics.ground import Ground, Tables
from mms.ml.diagnostics.refits import checked_triple, count_of, some_folds
from mms.ml.fitting import fit_pipeline
from mms.ml.folds import Split
from mms.ml.metrics import score_all
from mms.ml.prediction import predict_frame
from mms.ml.quiet import calm

ROWS = 1_000
"""Validation rows of a fold that are asked, at most."""

MOST_REPEATS = 50

MOST = 100
"""Columns that are kept, those first whose shuffling costs most."""

Score = Callable[[pd.DataFrame], dict[str, float]]
"""Rows with changed columns -> every metric they determine, stored units."""


def made(ground: Ground, parameters: Parameters) -> Tables:
    """Of each chosen fold a fit, and each of its columns shuffled. parameters: folds (fits), repeats (of a column).

    columns: column, metric, drop (mean over the folds, stored units: greater is more important), sd (of the folds;
    missing of one fold), folds. Columns lie in order of the drop in the task's usual metric.
    """
    checked_triple(ground, "permutation importance")
    instances, drops = ground.instances, []
    for done, split in enumerate(some_folds(ground.splits, parameters["folds"])):
        ground.tell(done)
        pipeline = fit_pipeline(ground.triple, instances, split.train, ground.seed)
        rows = _some_rows(split, ground.seed)
        score = _scorer(ground, pipeline, rows)
        asked = instances.features.iloc[rows]
        drop = drops_of(score, asked, parameters["repeats"], ground.seed, partial(ground.tell, done))
        drops.append(drop.assign(fold=split.fold))
    return {"columns": _table(pd.concat(drops, ignore_index=True), DEFAULT_METRIC[ground.task])}


def fits(parameters: Parameters) -> int:
    """One for each fold."""
    count_of(parameters, "repeats", MOST_REPEATS)
    return count_of(parameters, "folds", FOLDS)


def drops_of(
    score: Score, rows: pd.DataFrame, repeats: int, seed: int, tell: Callable[[], object] = lambda: None
) -> pd.DataFrame:
    """column, metric, drop: the score as it is minus the mean score with the column shuffled `repeats` times.

    tell: called before each column.
    """
    chance, whole, told = np.random.default_rng(seed), score(rows), []
    for name in rows.columns:
        tell()
        changed, lost = rows.copy(), dict.fromkeys(whole, 0.0)
        for _ in range(repeats):
            changed[name] = rows[name].iloc[chance.permutation(len(rows))].set_axis(rows.index)
            worse = score(changed)
            for metric in lost:
                lost[metric] += (whole[metric] - worse.get(metric, whole[metric])) / repeats
        told += [{"column": name, "metric": metric, "drop": drop} for metric, drop in lost.items()]
    return pd.DataFrame(told, columns=["column", "metric", "drop"])


def _scorer(ground: Ground, pipeline: object, rows: np.ndarray) -> Score:
    truth = ground.instances.target.iloc[rows].to_numpy()

    def score(frame: pd.DataFrame) -> dict[str, float]:
        with calm():
            said = predict_frame(pipeline, frame, ground.task, ground.classes, ground.positive, None)
        return score_all(ground.task, truth, said, ground.classes, ground.positive)

    return score


def _some_rows(split: Split, seed: int) -> np.ndarray:
    return np.sort(np.random.default_rng(seed).permutation(split.validate)[:ROWS])


def _table(drops: pd.DataFrame, usual: str) -> pd.DataFrame:
    grouped = drops.groupby(["column", "metric"], sort=False)["drop"]
    table = grouped.agg(drop="mean", sd="std", folds="count").reset_index()
    first = usual if (table["metric"] == usual).any() else table["metric"].iloc[0]
    order = table[table["metric"] == first].sort_values("drop", ascending=False, kind="stable")["column"].tolist()
    place = {name: i for i, name in enumerate(order)}
    table = table.assign(place=table["column"].map(place)).sort_values(["place", "metric"], kind="stable")
    return table[table["place"] < MOST].drop(columns="place").reset_index(drop=True)
