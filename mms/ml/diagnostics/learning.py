"""The learning curve: the score as the training rows grow."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mms.domain.diagnostics import Parameters
from mms.domain.errors import Invalid
from mms.domain.runs import FoldResult
from mms.domain.snapshots import FOLDS
from mms.ml.diagnostics.ground import Ground, Tables
from mms.ml.diagnostics.refits import checked_triple, count_of, some_folds
from mms.ml.fitting import Instances, fit_fold
from mms.ml.folds import Split

SHARES = (0.1, 0.25, 0.5, 0.75)
"""Shares of a fold's training rows that are fitted; the whole of them was fitted by the run."""


def made(ground: Ground, parameters: Parameters) -> Tables:
    """Every share of the training rows of each chosen fold. parameters: folds.

    points: share, fold, n_train, metric, score, train_score (stored units); share 1 is what the run stored. A fit that
    cannot be made (too few rows, one class) leaves its point out. Invalid: of an ensemble, and where no fit succeeds.
    """
    checked_triple(ground, "learning curve")
    stored = {result.fold: result for result in ground.folds}
    rows: list[Mapping[str, object]] = []
    done, refused = 0, ""
    for split in some_folds(ground.splits, parameters["folds"]):
        for share in SHARES:
            ground.tell(done)
            try:
                part = Split(split.fold, first_rows(ground.instances, split, share, ground.seed), split.validate)
                result = fit_fold(ground.triple, ground.instances, part, ground.seed).result
                rows += points_of(result, {"share": share})
            except Invalid as error:
                refused = error.sentence
            done += 1
        if split.fold in stored:
            rows += points_of(stored[split.fold], {"share": 1.0})
    if not any(row["share"] != 1.0 for row in rows):
        raise Invalid(f"No part of the training rows could be fitted: {refused}")
    return {"points": pd.DataFrame(rows)}


def fits(parameters: Parameters) -> int:
    """One for each share and fold."""
    return len(SHARES) * count_of(parameters, "folds", FOLDS)


def first_rows(instances: Instances, split: Split, share: float, seed: int) -> np.ndarray:
    """A share of a fold's training rows: of folds by time the newest ones, as of a shorter history, else a seeded share
    of each class. A greater share holds every row of a smaller one. Sorted positions.
    """
    train = split.train
    if _is_by_time(instances, split):
        age = instances.time.iloc[train].rank(ascending=False, method="first").to_numpy()  # type: ignore[union-attr]
        return np.sort(train[np.argsort(age, kind="stable")[: max(2, round(share * len(train)))]])
    shuffled = np.random.default_rng(seed).permutation(train)
    if not instances.task.is_classification:
        return np.sort(shuffled[: max(2, round(share * len(train)))])
    labels = instances.target.iloc[shuffled].to_numpy()
    kept = [own[: max(1, round(share * len(own)))] for own in (shuffled[labels == name] for name in np.unique(labels))]
    return np.sort(np.concatenate(kept))


def _is_by_time(instances: Instances, split: Split) -> bool:
    """Whether every row to learn from is older than those to validate on."""
    time = instances.time
    return time is not None and bool(time.iloc[split.train].max() < time.iloc[split.validate].min())


def points_of(result: FoldResult, known: Mapping[str, object]) -> list[Mapping[str, object]]:
    """One row a metric of what a fit gave, with `known` before it; scores in stored units."""
    return [
        {
            **known,
            "fold": result.fold,
            "n_train": result.n_train,
            "metric": metric,
            "score": score,
            "train_score": result.train_scores.get(metric, np.nan),
        }
        for metric, score in result.scores.items()
    ]
