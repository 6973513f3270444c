"""Metrics: names, directions, and the words that explain them. A stored score is always greater-is-better."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from mms.domain.errors import Invalid
from mms.domain.projects import Task

_BINARY = frozenset({Task.BINARY})
_CLASSES = frozenset({Task.BINARY, Task.MULTICLASS})
_MULTI = frozenset({Task.MULTICLASS})
_NUMBERS = frozenset({Task.REGRESSION})


@dataclass(frozen=True, slots=True)
class Metric:
    """One way to score. greater_is_better tells the natural direction; stored scores are negated where it is False."""

    name: str
    label: str
    tasks: frozenset[Task]
    greater_is_better: bool
    explanation: str

    def stored(self, natural: float) -> float:
        """Natural units to stored units."""
        return natural if self.greater_is_better else -natural

    def natural(self, stored: float) -> float:
        """Stored units to natural units."""
        return stored if self.greater_is_better else -stored

    @property
    def direction(self) -> str:
        """The direction in words."""
        return "higher is better" if self.greater_is_better else "lower is better"


_ALL = (
    Metric("f1", "F1", _BINARY, True, "harmonic mean of precision and recall of the positive class"),
    Metric("precision", "Precision", _BINARY, True, "of the rows we flagged, the share that truly was positive"),
    Metric("recall", "Recall", _BINARY, True, "of the rows that truly were positive, the share we flagged"),
    Metric("roc_auc", "ROC AUC", _BINARY, True, "chance that a positive row is ranked above a negative one"),
    Metric("average_precision", "Average precision", _BINARY, True, "area under the precision-recall curve"),
    Metric("accuracy", "Accuracy", _CLASSES, True, "share of rows answered rightly"),
    Metric("balanced_accuracy", "Balanced accuracy", _CLASSES, True, "mean over the classes of the share found"),
    Metric("f1_macro", "F1, macro", _MULTI, True, "mean over the classes of F1"),
    Metric("precision_macro", "Precision, macro", _MULTI, True, "mean over the classes of precision"),
    Metric("recall_macro", "Recall, macro", _MULTI, True, "mean over the classes of recall"),
    Metric("log_loss", "Log loss", _CLASSES, False, "surprise at the truth, given the probabilities (nats)"),
    Metric("rmse", "RMSE", _NUMBERS, False, "root of the mean squared error, in units of the target"),
    Metric("mae", "MAE", _NUMBERS, False, "mean absolute error, in units of the target"),
    Metric("r2", "R²", _NUMBERS, True, "share of the target's variance that is explained"),
)

METRICS: Mapping[str, Metric] = {metric.name: metric for metric in _ALL}

DEFAULT_METRIC: Mapping[Task, str] = {Task.BINARY: "f1", Task.MULTICLASS: "f1_macro", Task.REGRESSION: "rmse"}


def metrics_of(task: Task) -> tuple[Metric, ...]:
    """All metrics of a task, in the order in which screens show them."""
    return tuple(metric for metric in _ALL if task in metric.tasks)


def metric_named(name: str, task: Task) -> Metric:
    """The metric of this name, or Invalid with the names the task has."""
    metric = METRICS.get(name)
    if metric is None or task not in metric.tasks:
        names = ", ".join(m.name for m in metrics_of(task))
        raise Invalid(f"'{name}' is no metric of a {task.value} project; choose one of {names}.")
    return metric


@dataclass(frozen=True, slots=True)
class ScoreSummary:
    """One metric over the folds, stored units. final: the final fit on its own training rows (optimistic)."""

    metric: str
    mean: float
    sd: float
    minimum: float
    maximum: float
    final: float | None = None


def summarise(metric: str, folds: Sequence[float], final: float | None = None) -> ScoreSummary:
    """Mean, sample standard deviation, minimum and maximum of fold scores."""
    sd = stdev(folds) if len(folds) > 1 else 0.0
    return ScoreSummary(metric, fmean(folds), sd, min(folds), max(folds), final)
