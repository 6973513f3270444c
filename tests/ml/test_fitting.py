"""One fold, one fit: scores, out-of-fold rows and the signature."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.snapshots import FoldKind, FoldPlan, Profile
from mms.domain.triples import Triple
from mms.ml.fitting import Instances, fit_fold
from mms.ml.folds import Split, assign_blocks, splits
from mms.ml.recipes import proposed_recipes
from tests.ml.shared import fit_whole
from tests.ml.toys import folds_of, toy


def triple(instances: Instances, algorithm: str) -> Triple:
    return Triple(proposed_recipes(instances.columns, Profile((), {}))[0], algorithm, {})


@pytest.mark.parametrize(
    ("task", "algorithm", "columns"),
    [
        (Task.BINARY, "logistic", ["row", "fold", "truth", "label", "p_0", "p_1", "score"]),
        (Task.MULTICLASS, "logistic", ["row", "fold", "truth", "label", *(f"p_{k}" for k in range(10))]),
        (Task.REGRESSION, "ridge", ["row", "fold", "truth", "value"]),
    ],
)
@pytest.mark.slow
def test_out_of_fold_rows_cover_every_row_once(task: Task, algorithm: str, columns: list[str]) -> None:
    instances = toy(task)
    fits = [fit_fold(triple(instances, algorithm), instances, split, 0) for split in folds_of(instances)]

    oof = pd.concat([fit.oof for fit in fits]).sort_values("row")

    assert list(oof.columns) == columns
    assert oof["row"].tolist() == list(range(len(instances.features)))
    assert (oof["truth"].to_numpy() == instances.target.to_numpy()).all()
    for i, fit in enumerate(fits):
        assert fit.result.fold == i
        assert (fit.oof["fold"] == i).all()
        assert (fit.result.n_train + fit.result.n_validate) == len(instances.features)
        assert fit.result.fit_seconds > 0


def test_validation_rows_do_not_touch_the_fit() -> None:
    instances = toy(Task.BINARY)
    split = folds_of(instances)[0]
    spoilt = instances.features.copy()
    spoilt.loc[split.validate, "x0"] = 1e9
    spoilt.loc[split.validate, "shape"] = "spoilt"

    clean = fit_fold(triple(instances, "logistic"), instances, split, 0)
    other = fit_fold(triple(instances, "logistic"), replace(instances, features=spoilt), split, 0)

    assert clean.result.train_scores == other.result.train_scores


@pytest.mark.slow
def test_a_class_unseen_in_training_gets_probability_zero() -> None:
    instances = toy(Task.MULTICLASS)
    late = instances.target == "7"
    split = Split(0, np.flatnonzero(~late), np.flatnonzero(late))

    for algorithm in ("logistic", "naive_bayes", "svm", "boosting"):
        fit = fit_fold(triple(instances, algorithm), instances, split, 0)

        assert (fit.oof["p_7"] == 0).all()
        assert fit.result.scores["accuracy"] == 0
        assert fit.oof.filter(like="p_").sum(axis=1).to_numpy() == pytest.approx(1.0)


@pytest.mark.slow
def test_expanding_folds_by_time_fit_where_an_early_block_lacks_a_class() -> None:
    instances = toy(Task.MULTICLASS)
    order = np.argsort(instances.target.to_numpy() == "9", kind="stable")
    time = pd.Series(pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(np.argsort(order), unit="h"))
    plan = FoldPlan(FoldKind.BY_TIME)
    blocks = assign_blocks(plan, instances.target, time, Task.MULTICLASS)

    fits = [fit_fold(triple(instances, "logistic"), instances, split, 0) for split in splits(plan, blocks, time, None)]

    assert len(fits) == 12
    assert (fits[0].oof["p_9"] == 0).all()


def test_training_rows_of_one_class_are_refused() -> None:
    instances = toy(Task.BINARY)
    ones = np.flatnonzero(instances.target == "1")

    with pytest.raises(Invalid, match="choose stratified folds"):
        fit_fold(triple(instances, "logistic"), instances, Split(0, ones, ones), 0)


def test_the_signature_holds_inputs_classes_and_a_real_row_as_json() -> None:
    instances = toy(Task.BINARY)

    whole = fit_whole(triple(instances, "naive_bayes"), instances, 0)

    assert whole.signature.inputs == instances.columns
    assert whole.signature.classes == ("0", "1")
    assert whole.signature.probability
    assert list(whole.signature.example) == [c.name for c in instances.columns]
    for value in whole.signature.example.values():
        assert value is None or type(value) in (bool, int, float, str)
    assert whole.result.scores == whole.result.train_scores
    assert whole.result.n_train == len(instances.features)


def test_a_search_that_stops_early_is_no_failure() -> None:
    instances = toy(Task.BINARY)
    hasty = replace(triple(instances, "logistic"), hyperparameters={"max_iter": 10, "C": 1e5})

    fit = fit_fold(hasty, instances, folds_of(instances)[0], 0)

    assert fit.result.scores["roc_auc"] > 0.5
