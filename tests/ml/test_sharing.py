"""Shared work: nothing is computed twice, nothing leaks, and nothing comes out otherwise."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from random import Random
from time import sleep
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.metrics import accuracy_score, f1_score, make_scorer, recall_score
from sklearn.model_selection import cross_validate

from mms.domain.projects import Task
from mms.domain.runs import FINAL_FIT
from mms.domain.snapshots import Profile
from mms.domain.triples import Branch, Parameter, Recipe, Step, Triple
from mms.ml import recipes
from mms.ml.algorithms import algorithm_named
from mms.ml.crew import Kept
from mms.ml.crew.serial import Serial
from mms.ml.fitting import fit_fold, target_of, unfitted
from mms.ml.quiet import calm
from mms.ml.recipes import checked_recipe, proposed_recipes
from mms.ml.recipes.transformer import Kind, Transformer
from mms.ml.sharing.fits import Answers, Fitted, FittedModel, fitted_on
from mms.ml.sharing.pieces import Asked, Part, matrix_of
from tests.ml.shared import PLENTY, worked_off
from tests.ml.toys import folds_of, toy

FOLDS = (0, 5)
SMALL: Mapping[str, Mapping[str, Any]] = {"logistic": {}, "naive_bayes": {}, "forest": {"n_estimators": 5}}

_fits: list[tuple[int, ...]] = []


class Counting(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Passes numbers on, and remembers which rows it was fitted on: the toys' rows differ in their first column."""

    def __init__(self, tag: float) -> None:
        self.tag = tag

    def fit(self, X: np.ndarray, y: Any = None) -> "Counting":
        self.n_features_in_ = X.shape[1]
        _fits.append((int(self.tag), len(X)))
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        return X

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        return input_features


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> str:
    """A vetted step that counts its fits; its parameter makes it another step."""
    tag = Parameter("tag", "integer", 0, 0, 100)
    numbers = frozenset({Kind.NUMBERS})
    step = Transformer("counting", "counts", numbers, Kind.NUMBERS, (tag,), lambda given: Counting(**given))
    monkeypatch.setattr(recipes, "TRANSFORMERS", {**recipes.TRANSFORMERS, "counting": step})
    _fits.clear()
    return step.name


def chain(*steps: Step) -> Recipe:
    return Recipe("chain", (Branch("numeric", steps),))


IMPUTE = Step("impute", {"strategy": "median", "fill_value": 0.0, "indicator": False})


@pytest.mark.parametrize("budget", [PLENTY, 0])
@pytest.mark.slow
def test_scores_are_those_of_scikit_learns_cross_validate(budget: int) -> None:
    instances = toy(Task.BINARY)
    proposed = proposed_recipes(instances.columns, Profile((), {}))[:2]
    triples = [Triple(recipe, name, SMALL[name]) for recipe in proposed for name in ("naive_bayes", "forest")]
    splits = [split for split in folds_of(instances) if split.fold in FOLDS]
    scorers = {
        "accuracy": make_scorer(accuracy_score),
        "f1": make_scorer(f1_score, pos_label="1"),
        "recall": make_scorer(recall_score, pos_label="1"),
    }

    found = worked_off(Serial(), instances, triples, FOLDS, budget)

    for i, triple in enumerate(triples):
        with calm():
            theirs = cross_validate(
                unfitted(triple, instances.columns, instances.task, 7),
                instances.features,
                instances.target.to_numpy(dtype=np.str_),
                scoring=scorers,
                cv=[(split.train, split.validate) for split in splits],
                return_train_score=True,
                error_score="raise",
            )
        for k, fold in enumerate(FOLDS):
            result = found[i, fold].result
            assert isinstance(result, Fitted)
            for name in scorers:
                assert result.result.scores[name] == pytest.approx(theirs[f"test_{name}"][k], abs=1e-12)
                assert result.result.train_scores[name] == pytest.approx(theirs[f"train_{name}"][k], abs=1e-12)


@pytest.mark.slow
def test_a_shared_fit_is_the_fit_alone_to_the_last_bit() -> None:
    instances = toy(Task.MULTICLASS)
    proposed = proposed_recipes(instances.columns, Profile((), {}))
    triples = [Triple(recipe, name, SMALL[name]) for recipe in proposed for name in ("naive_bayes", "forest")]

    found = worked_off(Serial(), instances, triples, FOLDS)

    split = folds_of(instances)[5]
    for i, triple in enumerate(triples):
        alone, shared = fit_fold(triple, instances, split, 7), found[i, 5].result
        assert isinstance(shared, Fitted)
        assert shared.result.scores == alone.result.scores
        assert shared.result.train_scores == alone.result.train_scores
        shares = alone.oof[[f"p_{k}" for k in range(10)]].to_numpy()
        assert (Answers.from_bytes(shared.answers).values == shares).all()


def test_an_estimator_that_puts_its_matrix_in_order_leaves_that_of_the_others_as_it_was() -> None:
    instances, split = toy(Task.BINARY), folds_of(toy(Task.BINARY))[0]
    words = checked_recipe(Recipe("words", (Branch("text", (Step("tf_idf", {"min_rows": 1}),)),)), instances.columns)
    part = Part(split.fold, split.train, split.validate)
    asked = Asked(words, instances.columns, missing=False)
    matrix = matrix_of(asked, part, target_of(instances), (False,), instances.features)
    before = matrix.sides.fit.copy()
    assert not before.has_sorted_indices

    fitted_on(Triple(words, "svc", algorithm_named("svc", Task.BINARY).checked({})), 7, matrix, None, True)

    assert np.array_equal(matrix.sides.fit.indices, before.indices)
    assert np.array_equal(matrix.sides.fit.data, before.data)


def test_a_recipe_is_fitted_once_a_part_for_all_triples_that_use_it(counting: str) -> None:
    instances = toy(Task.BINARY)
    recipe = chain(IMPUTE, Step(counting, {"tag": 1}))
    triples = [Triple(recipe, "logistic", {"C": c}) for c in (0.1, 1.0, 10.0)] + [Triple(recipe, "naive_bayes", {})]

    worked_off(Serial(), instances, triples, FOLDS)

    assert sorted(_fits) == sorted([(1, 220), (1, 220), (1, 240)])


def test_what_two_recipes_begin_alike_is_fitted_once_a_part(counting: str) -> None:
    instances = toy(Task.BINARY)
    common = (IMPUTE, Step(counting, {"tag": 1}))
    one, other = chain(*common, Step(counting, {"tag": 2})), chain(*common, Step(counting, {"tag": 3}))
    triples = [Triple(recipe, "naive_bayes", {}) for recipe in (one, other, chain(*common))]

    worked_off(Serial(), instances, triples, (0,))

    assert sorted(_fits) == sorted((tag, rows) for tag in (1, 2, 3) for rows in (220, 240))


def test_beyond_its_budget_work_is_done_again_instead_of_kept(counting: str) -> None:
    instances = toy(Task.BINARY)
    common = (IMPUTE, Step(counting, {"tag": 1}))
    triples = [Triple(chain(*common, Step(counting, {"tag": tag})), "naive_bayes", {}) for tag in (2, 3)]

    worked_off(Serial(), instances, triples, (0,), budget=0)

    assert _fits.count((1, 220)) == 3  # once to learn that it is too much, then for each recipe


def test_few_matrices_are_kept_at_once() -> None:
    instances = toy(Task.BINARY)
    proposed = proposed_recipes(instances.columns, Profile((), {}))[:3]
    triples = [Triple(recipe, "naive_bayes", {}) for recipe in proposed]
    crew = Counted()

    worked_off(crew, instances, triples, range(4))

    assert crew.most <= crew.workers + 1
    assert crew.held == 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
def test_every_fit_is_given_out_in_whatever_order_calls_end(seed: int) -> None:
    instances = toy(Task.BINARY)
    proposed = proposed_recipes(instances.columns, Profile((), {}))[:3]
    triples = [Triple(recipe, "naive_bayes", {}) for recipe in proposed]
    crew = Disorderly(seed)

    found = worked_off(crew, instances, triples, range(4))

    crew.close()
    assert all(one.error is None for one in found.values())
    assert len(found) == len(triples) * 5


class Disorderly(Serial):
    """Ends the calls that wait at one time in an order drawn at random."""

    workers = 2

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)
        self._waiting: list[tuple[Future[Any], Callable[[], Future[Any]]]] = []
        self._thread = ThreadPoolExecutor(1)

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        return self._queued(lambda: Serial.submit(self, function, *args))

    def keep(self, function: Callable[..., Any], *args: Any) -> Future[Kept]:
        def kept() -> Future[Any]:
            future: Future[Any] = Future()
            future.set_result(self.share(Serial.submit(self, function, *args).result()))
            return future

        return self._queued(kept)

    def close(self) -> None:
        self._thread.shutdown()

    def _queued(self, call: Callable[[], Future[Any]]) -> Future[Any]:
        answer: Future[Any] = Future()
        self._waiting.append((answer, call))
        self._thread.submit(self._end_one)
        return answer

    def _end_one(self) -> None:
        sleep(0.002)  # for others to come
        answer, call = self._waiting.pop(self._chance.randrange(len(self._waiting)))
        answer.set_result(call().result())


class Counted(Serial):
    """Counts the matrices that it holds."""

    def __init__(self) -> None:
        self.held = self.most = 0

    def share(self, value: Any) -> Kept:
        self.held += self._weight(value)
        self.most = max(self.most, self.held)
        return super().share(value)

    def drop(self, kept: Kept) -> None:
        self.held -= self._weight(kept.where)

    @staticmethod
    def _weight(value: Any) -> int:
        return int(type(value).__name__ == "Matrix")


def test_a_triple_that_fails_ends_alone() -> None:
    instances = toy(Task.BINARY)
    good = proposed_recipes(instances.columns, Profile((), {}))[0]
    triples = [
        Triple(good, "logistic", {"C": -1.0}),
        Triple(good, "logistic", {}),
        Triple(replace(good, branches=(Branch(("nowhere",), ()),)), "logistic", {}),
    ]

    found = worked_off(Serial(), instances, triples, FOLDS)

    errors = {i: str(one.error) for (i, _), one in found.items() if one.error is not None}
    assert set(errors) == {0, 2}
    assert "'C'" in errors[0]
    assert "'nowhere'" in errors[2]
    assert {part for i, part in found if i == 1} == {*FOLDS, FINAL_FIT}


def test_the_final_fit_carries_its_recipe_and_its_importances() -> None:
    instances = toy(Task.BINARY)
    recipe = proposed_recipes(instances.columns, Profile((), {}))[0]

    found = worked_off(Serial(), instances, [Triple(recipe, "logistic", {})], (0,))

    model = found[0, FINAL_FIT].result
    fold = found[0, 0].result
    assert isinstance(model, FittedModel)
    assert isinstance(fold, Fitted)
    assert model.result.features == len(model.importances)
    assert {"x0", "shape_long"} < set(model.importances)
    assert set(Answers.from_bytes(fold.answers).importances) == set(model.importances)


def test_seconds_of_shared_work_count_once() -> None:
    instances = toy(Task.BINARY)
    recipe = proposed_recipes(instances.columns, Profile((), {}))[0]
    triples = [Triple(recipe, "logistic", {"C": c}) for c in (0.1, 1.0, 10.0)]

    found = worked_off(Serial(), instances, triples, (0,))

    seconds = [found[i, 0].result.result.feature_seconds for i in range(3)]  # type: ignore[union-attr]
    assert seconds[0] > 0
    assert seconds[1:] == [0, 0]
