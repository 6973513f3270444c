"""A hold-out's plain sums give what the rows give; what they do not determine is None."""

import pytest

from mms.domain.buckets import Sums
from mms.domain.projects import Task
from mms.monitoring.bands import wilson
from mms.monitoring.metrics import WATCHED, confusion
from mms.monitoring.plain import estimate_of, series_of

CELLS = {("y", "y"): 30, ("n", "y"): 20, ("y", "n"): 10, ("n", "n"): 40}


def test_the_band_of_f1_is_wilsons_mapped() -> None:
    low, high = wilson(30, 60)

    found = estimate_of(Sums(100, 100, CELLS), "f1", "y")

    assert found is not None
    assert (found.value, found.low, found.high, found.n) == pytest.approx(
        (60 / 90, 2 * low / (1 + low), 2 * high / (1 + high), 60)
    )


def test_confusion_counts_every_other_class_as_negative() -> None:
    cells = {("a", "a"): 1, ("b", "a"): 2, ("a", "b"): 3, ("c", "b"): 4, ("b", "b"): 5}

    found = confusion(series_of(Sums(15, 15, cells), "a"))

    assert [int(count[0]) for count in found] == [1, 2, 3, 9]


def test_classes_that_only_labels_name_are_counted_too() -> None:
    found = estimate_of(Sums(2, 2, {("a", "a"): 1, ("a", "b"): 1}), "precision_macro", None)

    assert found is not None
    assert found.value == 0.5


@pytest.mark.parametrize(("task", "positive"), [(Task.BINARY, "y"), (Task.MULTICLASS, None), (Task.REGRESSION, None)])
def test_nothing_is_said_without_labels(task: Task, positive: str | None) -> None:
    for metric in WATCHED[task]:
        assert estimate_of(Sums(n=10), metric, positive) is None


def test_a_hold_out_of_one_class_or_without_probabilities_says_what_it_can() -> None:
    only_no = Sums(5, 5, {("no", "no"): 5}, {("no", 3): 5})

    for metric in ("precision", "recall", "f1", "roc_auc", "log_loss", "average_precision"):
        assert estimate_of(only_no, metric, "yes") is None
    assert estimate_of(only_no, "accuracy", "yes") is not None
