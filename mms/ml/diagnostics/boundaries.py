"""What a classifier answers in the plane of two columns, every other column as in a typical row."""

import numpy as np
import pandas as pd
from sklearn.feature_selection import f_classif

from mms.domain.diagnostics import Parameters
from mms.domain.errors import Invalid
from mms.domain.tables import Column
from mms.ml.diagnostics.ground import Ground, Tables
from mms.ml.prediction import predict_frame

SIDE = 44
"""Places along each axis; their square is a table's size."""

POINTS = 1_000
"""Rows that are shown in the plane, at equal steps."""


def made(ground: Ground, _parameters: Parameters) -> Tables:
    """The two numeric columns that tell the classes apart best (F-test of each alone), between their 1st and 99th
    percentiles.

    axes: column. grid: x, y, label. points: x, y, truth. Invalid: fewer than two numeric columns that vary.
    """
    instances, rows = ground.instances, ground.oof
    features = instances.features.iloc[rows["row"]]
    x, y = _strongest(instances.columns, features, rows["truth"])
    places = [_places(features[column.name]) for column in (x, y)]
    across, up = (side.ravel() for side in np.meshgrid(*places))
    typical = _typical(instances.columns, features, len(across))
    for column, values in ((x, across), (y, up)):
        typical[column.name] = pd.Series(values).astype(features[column.name].dtype)
    said = predict_frame(ground.pipeline, typical, ground.task, ground.classes, ground.positive, None)
    shown = np.linspace(0, len(rows) - 1, min(POINTS, len(rows))).round().astype(int)
    points = pd.DataFrame(
        {
            "x": features[x.name].iloc[shown].to_numpy(dtype=np.float64, na_value=np.nan),
            "y": features[y.name].iloc[shown].to_numpy(dtype=np.float64, na_value=np.nan),
            "truth": rows["truth"].iloc[shown].to_numpy(),
        }
    )
    return {
        "axes": pd.DataFrame({"column": [x.name, y.name]}),
        "grid": pd.DataFrame({"x": across.astype(float), "y": up.astype(float), "label": said.labels}),
        "points": points.dropna(ignore_index=True),
    }


def _strongest(columns: tuple[Column, ...], features: pd.DataFrame, truth: pd.Series) -> list[Column]:
    known = {
        column: features[column.name].astype(float).fillna(features[column.name].median())
        for column in columns
        if column.type.is_numeric and features[column.name].nunique() > 1
    }
    if len(known) < 2:
        raise Invalid("There are no two numeric columns that vary: a plane needs two.")
    strength = np.nan_to_num(f_classif(np.column_stack(list(known.values())), truth)[0])
    best = np.argsort(-strength, kind="stable")[:2]
    return [list(known)[i] for i in best]


def _places(values: pd.Series) -> np.ndarray:
    """Ascending places along an axis; whole numbers where the column holds such."""
    known = values.dropna().astype(float)
    low, high = np.quantile(known, [0.01, 0.99])
    if low == high:
        low, high = known.min(), known.max()
    places = np.linspace(low, high, SIDE)
    is_whole = pd.api.types.is_integer_dtype(values.dtype)
    return np.unique(places.round()) if is_whole else places


def _typical(columns: tuple[Column, ...], features: pd.DataFrame, count: int) -> pd.DataFrame:
    """One row many times: of each column the most frequent value, of numbers and times the median that occurs."""
    made = {}
    for column in columns:
        values = features[column.name]
        known = values.dropna()
        if known.empty:
            value = values.iloc[0]
        elif column.type.is_numeric:
            value = known.sort_values().iloc[len(known) // 2]
        else:
            value = known.mode().iloc[0]
        made[column.name] = pd.Series([value] * count, dtype=values.dtype)
    return pd.DataFrame(made)
