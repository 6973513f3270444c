"""One period of a back-test learns from what was known at its end, and nothing else."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from mms.domain.backtests import BacktestDraft, PeriodKind
from mms.domain.projects import Task
from mms.domain.tables import Column, ColumnType
from mms.domain.triples import Branch, Recipe, Step, Triple
from mms.ml.algorithms import algorithm_named
from mms.ml.backtest import Past, fit_period
from mms.ml.fitting import Instances, fit_pipeline
from mms.ml.recipes import checked_recipe
from mms.monitoring.backtest import cut
from mms.monitoring.sums import MOMENTS, decoded

COLUMNS = (Column("x", ColumnType.NUMBER),)
ROWS, A_WEEK = 280, 28
START = datetime(2026, 1, 5, tzinfo=UTC)


def a_past(task: Task, *, window_days: int | None = None, late_days: float = 0.0, ordered: bool = False) -> Past:
    """A row each six hours for ten weeks; labels come `late_days` later. ordered: the first half is of one class."""
    chance = np.random.default_rng(4)
    x = chance.normal(size=ROWS)
    time = pd.Series(pd.date_range(START, periods=ROWS, freq="6h"))
    if ordered:
        target = pd.Series(np.where(np.arange(ROWS) < ROWS // 2, "no", "yes"))
    elif task is Task.REGRESSION:
        target = pd.Series(x + chance.normal(size=ROWS))
    else:
        target = pd.Series(np.where(x + chance.normal(size=ROWS) > 0, "yes", "no"))
    labels = time + pd.Timedelta(days=late_days)
    classes = () if task is Task.REGRESSION else ("no", "yes")
    instances = Instances(
        task, COLUMNS, pd.DataFrame({"x": x}), target, time, labels, classes, "yes" if classes else None
    )
    recipe = checked_recipe(Recipe("scaled", (Branch("numeric", (Step("scale", {}),)),)), COLUMNS)
    name = "logistic" if classes else "ridge"
    triple = Triple(recipe, name, algorithm_named(name, task).checked({}))
    times, known = (column.dt.tz_localize(None).to_numpy("datetime64[us]") for column in (time, labels))
    draft = BacktestDraft(period=PeriodKind.WEEK, window_days=window_days, lead=2)
    return Past(triple, instances, np.arange(ROWS), times, cut(draft, times, known), window_days, None, 0)


@pytest.mark.parametrize(
    ("late_days", "window_days", "rows"),
    [(0.0, None, range(5 * A_WEEK)), (0.0, 14, range(3 * A_WEEK, 5 * A_WEEK)), (7.0, None, range(4 * A_WEEK + 1))],
)
def test_a_model_learns_from_labels_known_at_its_period_s_end(
    late_days: float, window_days: int | None, rows: range
) -> None:
    past = a_past(Task.BINARY, window_days=window_days, late_days=late_days)

    assert past.training(4).tolist() == list(rows)


def test_its_sums_are_those_of_its_answers_by_period_and_by_when_labels_came() -> None:
    past = a_past(Task.BINARY, late_days=10.0)

    fitted = fit_period(past, 4)

    sums = fitted.sums[fitted.sums["period"] == 7]
    pipeline = fit_pipeline(past.triple, past.instances, past.training(4), 0)
    week = slice(7 * A_WEEK, 8 * A_WEEK)
    said, truth = pipeline.predict(past.instances.features.iloc[week]), past.instances.target.iloc[week]
    cells = decoded(past.layout, "cells", sums["cells"].tolist())
    assert (fitted.error, fitted.rows) == (None, len(past.training(4)))
    assert set(fitted.sums["period"]) == {5, 6, 7, 8, 9}
    assert sorted(sums["known"]) == [8, 9]
    assert sums["n"].sum() == A_WEEK
    assert np.trace(cells.sum(axis=0)[:2]) == (said == truth).sum()


def test_numbers_keep_their_errors() -> None:
    past = a_past(Task.REGRESSION)

    fitted = fit_period(past, 4)

    moments = decoded(past.layout, "moments", fitted.sums["moments"].tolist())
    pipeline = fit_pipeline(past.triple, past.instances, past.training(4), 0)
    off = np.abs(pipeline.predict(past.instances.features) - past.instances.target)[5 * A_WEEK :]
    assert moments[:, MOMENTS.index("absolute")].sum() == pytest.approx(off.sum())


def test_a_period_of_one_class_has_no_model_and_says_why() -> None:
    fitted = fit_period(a_past(Task.BINARY, ordered=True), 2)

    assert fitted.error is not None
    assert "fewer than two known rows, or classes" in fitted.error
    assert fitted.sums.empty
