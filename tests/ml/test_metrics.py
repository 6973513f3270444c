"""Scores equal scikit-learn's, and the decay chart's sums give the same numbers."""

import numpy as np
import pytest
from sklearn import metrics as theirs
from sklearn.svm import LinearSVC

from mms.domain.projects import Task
from mms.ml.metrics import score_all, sums_of
from mms.ml.prediction import Predicted, predict_frame
from mms.monitoring.plain import estimate_of

CLASSES = ("no", "yes")


def binary(rows: int = 3000, seed: int = 0) -> tuple[np.ndarray, Predicted]:
    chance = np.random.default_rng(seed)
    hit = chance.random(rows) < 0.2
    score = 1 / (1 + np.exp(-(chance.normal(size=rows) + 1.5 * hit - 1)))
    labels = np.where(score >= 0.5, "yes", "no").astype(object)
    return np.where(hit, "yes", "no"), Predicted(labels, np.column_stack([1 - score, score]), None)


def test_binary_scores_equal_scikit_learns() -> None:
    truth, predicted = binary()
    score, hit = predicted.probabilities[:, 1], truth == "yes"
    flagged = predicted.labels == "yes"

    ours = score_all(Task.BINARY, truth, predicted, CLASSES, "yes")

    assert ours == pytest.approx(
        {
            "f1": theirs.f1_score(hit, flagged),
            "precision": theirs.precision_score(hit, flagged),
            "recall": theirs.recall_score(hit, flagged),
            "roc_auc": theirs.roc_auc_score(hit, score),
            "average_precision": theirs.average_precision_score(hit, score),
            "accuracy": theirs.accuracy_score(hit, flagged),
            "balanced_accuracy": theirs.balanced_accuracy_score(hit, flagged),
            "log_loss": -theirs.log_loss(hit, score),
        },
        abs=1e-12,
    )


def test_multiclass_scores_equal_scikit_learns() -> None:
    chance = np.random.default_rng(3)
    classes = ("a", "b", "c")
    probabilities = chance.dirichlet([1, 1, 1], 900)
    truth = chance.choice(classes, 900)
    labels = np.array(classes, dtype=object)[probabilities.argmax(axis=1)]

    ours = score_all(Task.MULTICLASS, truth, Predicted(labels, probabilities, None), classes, None)

    given = (truth, labels.astype(str))
    assert ours == pytest.approx(
        {
            "accuracy": theirs.accuracy_score(*given),
            "balanced_accuracy": theirs.balanced_accuracy_score(*given),
            "f1_macro": theirs.f1_score(*given, average="macro"),
            "precision_macro": theirs.precision_score(*given, average="macro"),
            "recall_macro": theirs.recall_score(*given, average="macro"),
            "log_loss": -theirs.log_loss(truth, probabilities, labels=classes),
        },
        abs=1e-12,
    )


def test_regression_scores_equal_scikit_learns() -> None:
    chance = np.random.default_rng(4)
    truth = chance.normal(1000, 3, 500)
    values = truth + chance.normal(0, 2, 500)

    ours = score_all(Task.REGRESSION, truth, Predicted(None, None, values), (), None)

    assert ours == pytest.approx(
        {
            "rmse": -theirs.root_mean_squared_error(truth, values),
            "mae": -theirs.mean_absolute_error(truth, values),
            "r2": theirs.r2_score(truth, values),
        },
        abs=1e-12,
    )


@pytest.mark.parametrize("seed", range(5))
def test_sums_give_the_metrics_of_the_decay_chart(seed: int) -> None:
    truth, predicted = binary(seed=seed)
    ours = score_all(Task.BINARY, truth, predicted, CLASSES, "yes")

    sums = sums_of(Task.BINARY, truth, predicted, CLASSES, "yes")

    assert sums.n == sums.labelled == len(truth)
    for name in ("precision", "recall", "f1", "accuracy", "balanced_accuracy"):
        assert estimate_of(sums, name, "yes").value == pytest.approx(ours[name], abs=1e-12)
    assert estimate_of(sums, "roc_auc", "yes").value == pytest.approx(ours["roc_auc"], abs=3e-3)
    assert estimate_of(sums, "average_precision", "yes").value == pytest.approx(ours["average_precision"], abs=1e-2)
    assert estimate_of(sums, "log_loss", "yes").value == pytest.approx(-ours["log_loss"], abs=1e-12)


def test_sums_of_numbers_give_the_errors() -> None:
    chance = np.random.default_rng(4)
    truth = chance.normal(5, 3, 500)
    predicted = Predicted(None, None, truth + chance.normal(0, 2, 500))
    ours = score_all(Task.REGRESSION, truth, predicted, (), None)

    sums = sums_of(Task.REGRESSION, truth, predicted, (), None)

    assert estimate_of(sums, "mae", None).value == pytest.approx(-ours["mae"], abs=1e-12)
    assert estimate_of(sums, "rmse", None).value == pytest.approx(-ours["rmse"], abs=1e-12)
    assert estimate_of(sums, "r2", None).value == pytest.approx(ours["r2"], abs=1e-9)


def test_rows_of_one_class_leave_out_what_they_do_not_determine() -> None:
    predicted = Predicted(np.array(["no"] * 3, dtype=object), np.tile([0.8, 0.2], (3, 1)), None)

    ours = score_all(Task.BINARY, np.array(["no"] * 3), predicted, CLASSES, "yes")

    assert ours == pytest.approx({"precision": 0.0, "accuracy": 1.0, "balanced_accuracy": 1.0, "log_loss": np.log(0.8)})


def test_decision_values_have_no_log_loss_but_rank() -> None:
    truth, predicted = binary()
    squashed = Predicted(predicted.labels, predicted.probabilities, None, is_probability=False)

    ours = score_all(Task.BINARY, truth, squashed, CLASSES, "yes")

    assert "log_loss" not in ours
    assert ours["roc_auc"] > 0.8


@pytest.mark.parametrize("positive", CLASSES)
def test_rows_are_ranked_by_decision_values_where_the_curve_makes_them_equal(positive: str) -> None:
    truth = np.array(["no", "yes"] * 20)
    values = np.linspace(-60.0, 60.0, 40)[:, None]
    fitted = LinearSVC().fit(values, truth)
    fitted.coef_, fitted.intercept_ = np.array([[1.0]]), np.array([0.0])

    predicted = predict_frame(fitted, values, Task.BINARY, CLASSES, positive, None)

    assert predicted.probabilities is not None
    assert len(np.unique(predicted.probabilities[:, 1])) < 40
    ours = score_all(Task.BINARY, truth, predicted, CLASSES, positive)
    decision = fitted.decision_function(values) * (1 if positive == "yes" else -1)
    assert ours["roc_auc"] == pytest.approx(theirs.roc_auc_score(truth == positive, decision), abs=1e-12)
    assert ours["average_precision"] == pytest.approx(
        theirs.average_precision_score(truth == positive, decision), abs=1e-12
    )


def test_a_constant_target_has_no_r2() -> None:
    ours = score_all(Task.REGRESSION, np.full(5, 2.0), Predicted(None, None, np.full(5, 3.0)), (), None)

    assert ours == {"rmse": -1.0, "mae": -1.0}


@pytest.mark.parametrize("levels", [2, 5, 1000])
def test_ranks_with_ties_score_as_in_scikit_learn(levels: int) -> None:
    chance = np.random.default_rng(levels)
    truth = np.where(chance.random(300) < 0.3, "yes", "no")
    share = chance.integers(0, levels, 300) / levels
    predicted = Predicted(np.full(300, "no", dtype=object), np.column_stack([1 - share, share]), None)

    scores = score_all(Task.BINARY, truth, predicted, ("no", "yes"), "yes")

    assert scores["roc_auc"] == pytest.approx(theirs.roc_auc_score(truth == "yes", share), abs=1e-12)
    assert scores["average_precision"] == pytest.approx(
        theirs.average_precision_score(truth == "yes", share), abs=1e-12
    )
