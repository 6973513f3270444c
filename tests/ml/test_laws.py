"""Laws that hold for every algorithm x task x recipe, and for the first space of every task."""

from functools import cache
from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from mms.domain.projects import Task
from mms.domain.runs import FINAL_FIT
from mms.domain.scores import METRICS, metrics_of
from mms.domain.snapshots import FoldKind, FoldPlan, Profile
from mms.domain.triples import Recipe, Triple
from mms.ml.algorithms import Algorithm, algorithm_named, algorithms_of
from mms.ml.fitting import fit_fold
from mms.ml.folds import assign_blocks, splits
from mms.ml.needs import misfit
from mms.ml.persistence import dump_pipeline, load_pipeline
from mms.ml.prediction import checked_frame, predict_frame
from mms.ml.recipes import proposed_recipes
from tests.ml.shared import Whole, fit_whole
from tests.ml.toys import folds_of, toy

EVERY = [
    pytest.param(task, algorithm, id=f"{task.value}-{algorithm.name}", marks=[pytest.mark.slow] * (task in few))
    for few in [(Task.MULTICLASS,)]
    for task in Task
    for algorithm in algorithms_of(task)
]
"""Every algorithm of every task; quickly those of two tasks only, for no estimator is of multiclass alone."""


def recipes_for(task: Task) -> tuple[Recipe, ...]:
    return proposed_recipes(toy(task, 60).columns, Profile((), {}))


def suiting(task: Task, algorithm: Algorithm) -> Recipe:
    """The recipe that the algorithm is offered with."""
    return next(recipe for recipe in recipes_for(task) if recipe.name == algorithm.recipe)


@cache
def whole_of(task: Task, name: str, recipe: str) -> Whole:
    """Fitted once, asked by several tests."""
    algorithm = algorithm_named(name, task)
    (chosen,) = (one for one in recipes_for(task) if one.name == recipe)
    return fit_whole(Triple(chosen, name, quick(algorithm)), toy(task), seed=7)


def quick(algorithm: Algorithm) -> dict[str, object]:
    """Defaults, but few trees."""
    fewer = {"n_estimators": 8, "max_iter": 12}
    return algorithm.checked({p.name: fewer[p.name] for p in algorithm.parameters if p.name in fewer})


@pytest.mark.slow
@pytest.mark.parametrize(("task", "algorithm"), EVERY)
def test_every_triple_fits_scores_persists_and_answers_alike_after_loading(task: Task, algorithm: Algorithm) -> None:
    fits_and_answers(task, algorithm, suiting(task, algorithm))


@pytest.mark.slow
@pytest.mark.parametrize(("task", "algorithm"), EVERY)
def test_every_algorithm_goes_with_every_recipe_but_those_it_is_said_not_to(task: Task, algorithm: Algorithm) -> None:
    for recipe in recipes_for(task):
        if misfit(recipe, algorithm, toy(task).columns) is None:
            fits_and_answers(task, algorithm, recipe)


def fits_and_answers(task: Task, algorithm: Algorithm, recipe: Recipe) -> None:
    instances = toy(task)
    split = folds_of(instances)[3]
    triple = Triple(recipe, algorithm.name, quick(algorithm))

    fold = fit_fold(triple, instances, split, seed=7)
    whole = whole_of(task, algorithm.name, recipe.name)
    loaded = load_pipeline(BytesIO(dump_pipeline(whole.pipeline)))
    asked = (instances.features, task, instances.classes, instances.positive, None)
    before, after = predict_frame(whole.pipeline, *asked), predict_frame(loaded, *asked)

    expected = {m.name for m in metrics_of(task)} - ({"log_loss"} if not whole.signature.probability else set())
    assert set(fold.result.scores) == set(fold.result.train_scores) == expected
    assert all(np.isfinite(list(fold.result.scores.values())))
    assert whole.result.fold == FINAL_FIT
    assert whole.signature.probability == (algorithm.probabilities and task.is_classification)
    for one, other in ((before.labels, after.labels), (before.probabilities, after.probabilities)):
        assert one is None or (one == other).all()
    assert before.values is None or (before.values == after.values).all()
    assert np.isfinite(before.values if before.values is not None else before.probabilities).all()
    names = loaded.named_steps["recipe"].get_feature_names_out()
    assert len(names) == loaded[0].fill_.n_features_in_


@pytest.mark.slow
@pytest.mark.parametrize(("task", "algorithm"), EVERY)
def test_the_example_of_a_signature_can_be_asked(task: Task, algorithm: Algorithm) -> None:
    instances = toy(task)
    whole = whole_of(task, algorithm.name, algorithm.recipe)

    frame = checked_frame(whole.signature, [whole.signature.example])
    alone = predict_frame(whole.pipeline, frame, task, instances.classes, instances.positive, None)
    among = predict_frame(whole.pipeline, instances.features, task, instances.classes, instances.positive, None)

    if task is Task.REGRESSION:
        assert alone.values == pytest.approx(among.values[:1])
    else:
        assert alone.probabilities == pytest.approx(among.probabilities[:1])
        assert alone.probabilities.sum(axis=1) == pytest.approx(1.0)


@pytest.mark.slow
@pytest.mark.parametrize(("task", "algorithm"), EVERY)
def test_unseen_categories_and_missing_values_are_answered(task: Task, algorithm: Algorithm) -> None:
    instances = toy(task)
    for name in dict.fromkeys([algorithm.recipe, "trees"]):
        whole = whole_of(task, algorithm.name, name)
        nothing = dict.fromkeys([c.name for c in instances.columns])
        strange = {**whole.signature.example, "shape": "never seen", "words": "unheard of"}

        frame = checked_frame(whole.signature, [nothing, strange])
        predicted = predict_frame(whole.pipeline, frame, task, instances.classes, instances.positive, None)

        assert len(predicted.answers(instances.classes, instances.positive)) == 2


@pytest.mark.slow
@pytest.mark.parametrize(("task", "algorithm"), EVERY)
def test_the_same_seed_gives_bit_equal_scores(task: Task, algorithm: Algorithm) -> None:
    instances = toy(task)
    split = folds_of(instances)[0]
    triple = Triple(suiting(task, algorithm), algorithm.name, quick(algorithm))

    first, again = (fit_fold(triple, instances, split, seed=11) for _ in range(2))

    assert first.result.scores == again.result.scores
    assert first.result.train_scores == again.result.train_scores
    assert first.oof.equals(again.oof)


@pytest.mark.parametrize(("task", "algorithm"), EVERY)
@pytest.mark.slow
def test_every_algorithm_survives_the_few_rows_of_early_folds(task: Task, algorithm: Algorithm) -> None:
    instances = toy(task, 60 if task is Task.REGRESSION else 160)
    hours = np.random.default_rng(2).permutation(len(instances.features))
    time = pd.Series(pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(hours, unit="h"))
    plan = FoldPlan(FoldKind.BY_TIME)
    first = splits(plan, assign_blocks(plan, instances.target, time, task), time, None)[0]

    for hyperparameters in ({}, {"kernel": "rbf"}) if algorithm.name == "svm" else ({},):
        fold = fit_fold(Triple(suiting(task, algorithm), algorithm.name, hyperparameters), instances, first, 0)

        assert fold.result.n_train < 15
        assert fold.result.scores


@pytest.mark.parametrize("task", list(Task))
def test_stored_scores_grow_with_quality(task: Task) -> None:
    instances = toy(task)
    split = folds_of(instances)[2]
    recipe = recipes_for(task)[1]
    baseline = fit_fold(Triple(recipe, "dummy", {}), instances, split, 0).result.scores
    trained = fit_fold(Triple(recipe, "boosting", {"max_iter": 30}), instances, split, 0).result.scores

    primary = {Task.BINARY: "roc_auc", Task.MULTICLASS: "f1_macro", Task.REGRESSION: "rmse"}[task]

    assert trained[primary] > baseline[primary]
    assert METRICS[primary].natural(trained[primary]) > 0
