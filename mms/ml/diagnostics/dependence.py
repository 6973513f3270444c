"""Partial dependence and individual conditional expectation: what the answers do when one column is changed.

Friedman, Annals of Statistics 29, 2001 (the mean); Goldstein et al., Journal of Computational and Graphical Statistics
24, 2015 (the single rows).
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from mms.domain.diagnostics import Parameters
from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.tables import DTYPES, Column, ColumnType, short_number
from mms.ml.diagnostics.ground import Ground, Tables
from mms.ml.prediction import predict_frame
from mms.ml.quiet import calm

PLACES, VALUES = 20, 12
"""Places of a number or time that are tried (even steps through its quantiles), and most frequent values of others."""

ROWS, LINES = 300, 40
"""Rows that are asked about at each place, and those of them that are drawn one by one."""

BAND = (0.1, 0.9)
"""Between these quantiles of the rows lies the band."""


def made(ground: Ground, parameters: Parameters) -> Tables:
    """The tables of `dependence`, of the final fit on a seeded sample of the rows it may learn from.

    parameters: column (None: the snapshot's first), class (see Ground.class_named; of numbers it does not matter).
    """
    instances = ground.instances
    name = parameters["column"] if parameters["column"] is not None else instances.columns[0].name
    column = next((column for column in instances.columns if column.name == name), None)
    if column is None:
        known = ", ".join(column.name for column in instances.columns[:20])
        raise Invalid(f"The snapshot has no column '{name}'; choose one of {known}.")
    at = None if ground.task is Task.REGRESSION else ground.classes.index(ground.class_named(parameters["class"]))

    def answers(frame: pd.DataFrame) -> np.ndarray:
        with calm():
            said = predict_frame(ground.pipeline, frame, ground.task, ground.classes, ground.positive, None)
        values = said.values if at is None else said.probabilities[:, at]  # type: ignore[index]
        assert values is not None
        return values

    rows = ground.oof["row"].to_numpy()
    chosen = np.sort(np.random.default_rng(ground.seed).permutation(rows)[:ROWS])
    return dependence(answers, instances.features.iloc[chosen], column, instances.features[column.name].iloc[rows])


def dependence(
    answers: Callable[[pd.DataFrame], np.ndarray], rows: pd.DataFrame, column: Column, values: pd.Series
) -> Tables:
    """Every row asked about at every place of a column. answers: frame -> (n,); values: all known ones of the column.

    average: place (0 ..), value (text), number (of numbers; of times seconds since 1970), mean, low, high (the band).
    lines: line, place, answer of at most `LINES` rows. Invalid: free text, or fewer than two different values.
    """
    places = places_of(column, values)
    said = np.empty((len(places), len(rows)))
    for i, value in enumerate(places):
        changed = rows.copy()
        changed[column.name] = pd.Series([value] * len(rows), index=rows.index, dtype=DTYPES[column.type])
        said[i] = answers(changed)
    low, high = np.quantile(said, BAND, axis=1)
    average = pd.DataFrame(
        {
            "place": range(len(places)),
            "value": [_words(value) for value in places],
            "number": [_number(column, value) for value in places],
            "mean": said.mean(axis=1),
            "low": low,
            "high": high,
        }
    )
    drawn = said[:, np.unique(np.linspace(0, len(rows) - 1, min(LINES, len(rows))).astype(int))]
    line, place = np.meshgrid(np.arange(drawn.shape[1]), np.arange(len(places)), indexing="ij")
    lines = pd.DataFrame({"line": line.ravel(), "place": place.ravel(), "answer": drawn.T.ravel()})
    return {"average": average, "lines": lines}


def places_of(column: Column, values: pd.Series) -> list[object]:
    """The values to try. Of numbers and times quantiles from 2 % to 98 %, of others the most frequent ones."""
    if column.type is ColumnType.TEXT:
        raise Invalid(f"'{column.name}' holds free text, which has no places to try: choose another column.")
    known = values.dropna()
    distinct = known.drop_duplicates()
    if len(distinct) < 2:
        raise Invalid(f"'{column.name}' has fewer than two different values, so nothing can depend on it.")
    if column.type in (ColumnType.CATEGORY, ColumnType.BOOLEAN):
        return known.value_counts().index[:VALUES].tolist()
    if len(distinct) > PLACES:
        ordered = known.sort_values(ignore_index=True)
        at = np.linspace(0.02, 0.98, PLACES) * (len(ordered) - 1)
        distinct = ordered.iloc[at.round().astype(int)].drop_duplicates()
    return distinct.sort_values().tolist()


def _words(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M}"
    return short_number(value) if isinstance(value, float) else str(value)


def _number(column: Column, value: object) -> float:
    if isinstance(value, pd.Timestamp):
        return value.timestamp()
    return float(value) if column.type.is_numeric else np.nan  # type: ignore[arg-type]
