"""One period of a back-test: a triple fitted on what was known at its end, and what it loses in each later period."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
import pandas as pd

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.triples import Triple
from mms.ml.fitting import Instances, fit_pipeline
from mms.ml.prediction import Predicted, predict_frame
from mms.monitoring.backtest import PARTS, Cut
from mms.monitoring.counting import Answers, Counted, counted
from mms.monitoring.sums import Layout, coded_entries


@dataclass(frozen=True, slots=True)
class Past:
    """What every fit of a back-test shares. rows: (n,) positions in the instances that take part, as in `cut`.

    window_days: what each model learns from, None all before it. threshold: of a binary model.
    """

    triple: Triple
    instances: Instances
    rows: np.ndarray
    times: np.ndarray
    cut: Cut
    window_days: int | None
    threshold: float | None
    seed: int

    @property
    def layout(self) -> Layout:
        """By what the sums are counted."""
        return layout_of(self.instances)

    def training(self, period: int) -> np.ndarray:
        """Positions of the rows that the model of a period's end learns from: in its window, with a label by then."""
        end = self.cut.edges[period + 1]
        chosen = (self.cut.period <= period) & (self.cut.known <= period)
        if self.window_days is not None:
            chosen &= self.times >= end - np.timedelta64(self.window_days, "D")
        found: np.ndarray = self.rows[chosen]
        return found


@dataclass(frozen=True, slots=True)
class FittedPeriod:
    """A period's model in numbers. sums: a row a cell (see `sums_frame`); error: why it has no model."""

    period: int
    rows: int
    seconds: float
    sums: pd.DataFrame
    error: str | None = None


def layout_of(instances: Instances) -> Layout:
    """By what the sums of models of these instances are counted."""
    positive = instances.positive if instances.positive in instances.classes else None
    return Layout(instances.task, instances.classes, positive)


def fit_period(past: Past, period: int) -> FittedPeriod:
    """Fit at a period's end, and ask about all rows of later periods. A refusal to fit is an outcome."""
    training, began = past.training(period), perf_counter()
    later = np.flatnonzero(past.cut.period > period)
    try:
        _check(past.instances, training)
        pipeline = fit_pipeline(past.triple, past.instances, training, past.seed)
    except Invalid as refusal:
        return FittedPeriod(
            period, len(training), perf_counter() - began, _frame(period, [], [], None), refusal.sentence
        )
    instances = past.instances
    asked = instances.features.iloc[past.rows[later]]
    said = predict_frame(pipeline, asked, instances.task, instances.classes, instances.positive, past.threshold)
    sums = _sums(past, period, later, said)
    return FittedPeriod(period, len(training), perf_counter() - began, sums)


def _check(instances: Instances, training: np.ndarray) -> None:
    kinds = instances.target.iloc[training].nunique()
    if len(training) < 2 or (instances.task.is_classification and kinds < 2):
        raise Invalid("A window held fewer than two known rows, or classes: choose a longer window, or longer periods.")


def _sums(past: Past, period: int, later: np.ndarray, said: Predicted) -> pd.DataFrame:
    """The cells of one model: what was answered, by the rows' period and by when their labels became known."""
    periods = len(past.cut)
    key = past.cut.period[later] * (periods + 1) + past.cut.known[later]
    cells, group = np.unique(key, return_inverse=True)
    truth = past.instances.target.to_numpy()[past.rows[later]]
    delay = np.full(len(later), np.nan)
    if past.instances.label_time is not None and past.instances.time is not None:
        took = (past.instances.label_time - past.instances.time).iloc[past.rows[later]]
        delay = took.dt.total_seconds().to_numpy(np.float64) / 3600
    answers = replace(_answers(past.layout, truth, said, group), delay=delay)
    sums = counted(past.layout, answers, len(cells))
    return _frame(period, (cells // (periods + 1)).tolist(), (cells % (periods + 1)).tolist(), sums)


def _frame(period: int, periods: Sequence[int], known: Sequence[int], sums: Counted | None) -> pd.DataFrame:
    count = len(periods)
    frame = pd.DataFrame({"model": [period] * count, "period": periods, "known": known}, dtype="int64")
    frame["n"] = np.zeros(0, np.int64) if sums is None else sums.labelled
    for part in PARTS:
        if sums is None:
            frame[part] = pd.Series([], dtype=object)
        elif part == "moments":
            frame[part] = [row.tobytes() for row in sums.moments.astype("<f8")]
        else:
            frame[part] = coded_entries(*sums.entries[part], count)
    return frame


def _answers(layout: Layout, truth: np.ndarray, said: Predicted, group: np.ndarray) -> Answers:
    n = len(truth)
    nothing = np.full(n, np.nan)
    codes = pd.Index(layout.classes)
    label = true = np.zeros(n, np.int64)
    likelihood, probabilities = nothing, np.zeros((n, len(layout.scored)))
    value, known = nothing, nothing
    if layout.task is Task.REGRESSION:
        assert said.values is not None
        value, known = said.values, truth.astype(np.float64)
    else:
        assert said.labels is not None
        assert said.probabilities is not None
        label, true = (codes.get_indexer(pd.Index(names)) for names in (said.labels, truth))
        likelihood = said.probabilities[np.arange(n), true]
        probabilities = said.probabilities[:, [layout.classes.index(name) for name in layout.scored]]
    return Answers(
        sign=np.ones(n, np.int64),
        group=group,
        label=label,
        truth=true,
        probabilities=probabilities,
        likelihood=likelihood,
        value=value,
        known=known,
        delay=nothing,
        expected=np.full((n, 2), np.nan),
    )
