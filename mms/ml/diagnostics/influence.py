"""Which rows would change a weighted sum of the features most."""

import numpy as np
import pandas as pd

from mms.domain.diagnostics import Parameters
from mms.domain.errors import Invalid
from mms.ml.diagnostics.alphas import dense
from mms.ml.diagnostics.ground import MOST_ROWS, Ground, Tables
from mms.ml.diagnostics.refits import checked_triple


def made(ground: Ground, _parameters: Parameters) -> Tables:
    """Cook's distance (1977) of each row the model learnt from, in a least-squares fit with intercept on its features.

    distances: row (position in the snapshot), distance; the greatest. facts: rows, length (of the snapshot), above
    (share of rows whose distance is above 4/rows). What a recipe leaves missing counts as its column's mean. A row that
    alone determines a weight has no distance. Invalid: an ensemble; not more rows than features.
    """
    checked_triple(ground, "influence of rows")
    rows = np.unique(np.concatenate([np.concatenate([split.train, split.validate]) for split in ground.splits]))
    instances = ground.instances
    features = dense(ground.pipeline[:-1].transform(instances.features.iloc[rows]))
    distance = cooks_distances(features, instances.target.to_numpy(dtype=np.float64)[rows])
    order = np.argsort(-distance, kind="stable")[:MOST_ROWS]
    above = float((distance > 4 / len(rows)).mean())
    return {
        "distances": pd.DataFrame({"row": rows[order], "distance": distance[order]}),
        "facts": pd.DataFrame({"rows": [len(rows)], "length": [len(instances.target)], "above": [above]}),
    }


def cooks_distances(features: np.ndarray, target: np.ndarray) -> np.ndarray:
    """(n,) of features (n, d), target (n,): e² / (p s²) * h / (1-h)², with the leverages h of the design with its
    constant, p its rank, s² the residual variance; 0 where h is 1. Invalid: n <= p."""
    missing = np.isnan(features)
    means = np.where(missing, 0.0, features).sum(axis=0) / np.maximum((~missing).sum(axis=0), 1)
    features = np.where(missing, means, features)
    design = np.column_stack([np.ones(len(features)), features])
    left, sizes, _ = np.linalg.svd(design / np.maximum(np.linalg.norm(design, axis=0), 1e-300), full_matrices=False)
    basis = left[:, sizes > sizes[0] * max(design.shape) * np.finfo(np.float64).eps]
    rank = basis.shape[1]
    if len(target) <= rank:
        raise Invalid(f"{len(target):,} rows do not determine {rank:,} weights: Cook's distance takes more rows.")
    errors = target - basis @ (basis.T @ target)
    leverage = (basis**2).sum(axis=1)
    free = np.clip(1 - leverage, 0, None)
    variance = float(errors @ errors) / (len(target) - rank)
    bottom = rank * variance * free**2
    measured = (free > 1e-9) & (bottom > 0)
    return np.asarray(np.divide(errors**2 * leverage, bottom, out=np.zeros(len(target)), where=measured))
