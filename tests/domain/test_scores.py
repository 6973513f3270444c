"""Scores: stored so that greater is better, shown in natural units."""

from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.scores import DEFAULT_METRIC, METRICS, metric_named, metrics_of, summarise


@pytest.mark.parametrize("name", METRICS)
def test_storing_and_showing_are_inverse_and_greater_is_better(name: str) -> None:
    metric = METRICS[name]
    better, worse = (0.9, 0.1) if metric.greater_is_better else (0.1, 0.9)

    assert metric.natural(metric.stored(0.3)) == 0.3
    assert metric.stored(better) > metric.stored(worse)
    assert metric.direction == ("higher is better" if metric.greater_is_better else "lower is better")


@pytest.mark.parametrize("task", Task)
def test_every_task_has_its_default_among_its_metrics(task: Task) -> None:
    assert DEFAULT_METRIC[task] in {metric.name for metric in metrics_of(task)}


@pytest.mark.parametrize(("name", "task"), [("rmse", Task.BINARY), ("f1", Task.MULTICLASS), ("nonsense", Task.BINARY)])
def test_a_metric_of_another_task_is_refused_with_the_names_there_are(name: str, task: Task) -> None:
    with pytest.raises(Invalid, match=f"'{name}' is no metric of a {task.value} project; choose one of .*accuracy"):
        metric_named(name, task)


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=12))
def test_a_summary_is_mean_spread_and_range(folds: list[float]) -> None:
    summary = summarise("f1", folds, 0.9)

    assert (summary.mean, summary.sd) == (fmean(folds), stdev(folds))
    assert (summary.minimum, summary.maximum, summary.final) == (min(folds), max(folds), 0.9)


def test_one_fold_has_no_spread() -> None:
    assert summarise("f1", [0.4]).sd == 0.0
