"""Ensembles combine stored answers, and never look at a truth that a fold must not know."""

import pickle
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from mms.domain.ensembles import EnsembleKind, combination_words, ensemble_of
from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.triples import Branch, Recipe, Triple
from mms.ml.ensembles import (
    LinearStack,
    Question,
    SideBySide,
    assembled,
    combiner_of,
    out_of_fold_answers,
    side_by_side,
)
from mms.ml.folds import Split

CLASSES = Question(Task.MULTICLASS, ("a", "b", "c"))
BINARY = Question(Task.BINARY, ("no", "yes"), "yes")
NUMBERS = Question(Task.REGRESSION)
FOLDS = 4
Plan = Callable[[SideBySide], list[Split]]


def members(count: int) -> list[Triple]:
    return [Triple(Recipe("plain", (Branch("numeric", ()),)), "tree", {"max_depth": i + 1}) for i in range(count)]


def an_ensemble(kind: EnsembleKind, count: int, **hyperparameters: object) -> Triple:
    return ensemble_of(kind, members(count), hyperparameters)


def stored(question: Question, count: int = 3, rows: int = 120, seed: int = 0) -> SideBySide:
    """Members of growing error, dealt into 4 folds."""
    chance = np.random.default_rng(seed)
    if question.task is Task.REGRESSION:
        truth = chance.normal(100, 20, rows)
        answers = np.stack([truth[:, None] + chance.normal(0, 5 * (m + 1), (rows, 1)) for m in range(count)])
    else:
        truth = chance.choice(question.classes, rows)
        right = (truth[:, None] == np.array(question.classes)).astype(float)
        raw = [np.exp(2 * right + chance.normal(0, m + 1, right.shape)) for m in range(count)]
        answers = np.stack([one / one.sum(axis=1, keepdims=True) for one in raw])
    return SideBySide(np.arange(rows), np.arange(rows) % FOLDS, truth, answers)


def dealt(rows: SideBySide) -> list[Split]:
    return [Split(i, rows.rows[rows.folds != i], rows.rows[rows.folds == i]) for i in range(FOLDS)]


def by_time(rows: SideBySide) -> list[Split]:
    return [Split(i, rows.rows[rows.folds < i], rows.rows[rows.folds == i]) for i in range(FOLDS)]


KINDS = [
    an_ensemble(EnsembleKind.VOTING, 3),
    an_ensemble(EnsembleKind.VOTING, 3, weights="by error"),
    an_ensemble(EnsembleKind.STACKING, 3),
]
IDS = ["voting", "by error", "stacking"]


@pytest.mark.parametrize("question", [CLASSES, BINARY, NUMBERS], ids=lambda q: q.task.value)
@pytest.mark.parametrize("plan", [dealt, by_time])
@pytest.mark.parametrize("triple", KINDS, ids=IDS)
def test_no_fold_learns_from_its_own_truth_or_from_later_ones(triple: Triple, plan: Plan, question: Question) -> None:
    rows = stored(question)
    splits = plan(rows)
    before = out_of_fold_answers(triple, rows, splits, question)
    for split in splits:
        lies = rows.truth.copy()
        hidden = np.setdiff1d(rows.rows, split.train)
        lies[hidden] = np.roll(rows.truth, 7)[hidden] if question.classes else 1e6
        changed = SideBySide(rows.rows, rows.folds, lies, rows.answers)

        after = out_of_fold_answers(triple, changed, splits, question)

        np.testing.assert_array_equal(after[split.validate], before[split.validate])


def test_the_first_fold_by_time_takes_the_plain_mean() -> None:
    rows = stored(CLASSES)

    combined = out_of_fold_answers(KINDS[2], rows, by_time(rows), CLASSES)

    first = rows.folds == 0
    np.testing.assert_allclose(combined[first], rows.answers[:, first].mean(axis=0))
    assert not np.allclose(combined[~first], rows.answers[:, ~first].mean(axis=0))


def test_weights_by_error_are_inverse_mean_squared_errors() -> None:
    rows = stored(NUMBERS)

    combined = combiner_of(KINDS[1], rows, NUMBERS)(rows.answers)

    errors = ((rows.answers[:, :, 0] - rows.truth) ** 2).mean(axis=1)
    np.testing.assert_allclose(combined[:, 0], np.average(rows.answers[:, :, 0], axis=0, weights=1 / errors))


def test_stacked_numbers_are_the_best_non_negative_weights() -> None:
    rows = stored(NUMBERS, count=3)
    contrary = SideBySide(rows.rows, rows.folds, rows.truth, np.concatenate([rows.answers, 200 - rows.answers[:1]]))
    combiner = combiner_of(an_ensemble(EnsembleKind.STACKING, 4, strength=1e-4), contrary, NUMBERS)

    assert isinstance(combiner, LinearStack)
    assert (combiner.weights >= 0).all()
    assert combiner.weights[3] == 0
    x, y = contrary.answers[:3, :, 0].T, contrary.truth
    free = np.linalg.lstsq(np.column_stack([np.ones(len(y)), x]), y, rcond=None)[0]  # its weights happen to be positive
    np.testing.assert_allclose(combiner.weights[:3], free[1:], rtol=1e-3)


@pytest.mark.parametrize("question", [CLASSES, BINARY, NUMBERS], ids=lambda q: q.task.value)
@pytest.mark.parametrize("triple", KINDS, ids=IDS)
def test_an_assembled_ensemble_answers_like_its_combiner_and_survives_pickling(
    triple: Triple, question: Question
) -> None:
    rows = stored(question)
    combiner = combiner_of(triple, rows, question)
    pipelines = [_Stored(question, answers) for answers in rows.answers]
    frame = pd.DataFrame({"row": rows.rows})

    made = pickle.loads(pickle.dumps(assembled(pipelines, combiner, question)))

    expected = combiner(rows.answers)
    if question.classes:
        np.testing.assert_array_equal(made.predict_proba(frame), expected)
        np.testing.assert_allclose(expected.sum(axis=1), 1)
        assert made.classes_.tolist() == list(question.classes)
        assert made.predict(frame).tolist() == [question.classes[k] for k in expected.argmax(axis=1)]
    else:
        np.testing.assert_array_equal(made.predict(frame), expected[:, 0])
        assert not hasattr(made, "predict_proba")


def frame_of(rows: SideBySide, member: int = 0) -> pd.DataFrame:
    """Out-of-fold rows as a binary model's are stored."""
    shares = {f"p_{k}": rows.answers[member, :, k] for k in range(2)}
    return pd.DataFrame({"row": rows.rows, "fold": rows.folds, "truth": rows.truth, **shares})


def test_stored_rows_lie_side_by_side_whatever_their_order() -> None:
    rows = stored(BINARY)

    again = side_by_side([frame_of(rows).sample(frac=1, random_state=1), frame_of(rows, 2)], BINARY)

    np.testing.assert_array_equal(again.rows, rows.rows)
    np.testing.assert_array_equal(again.answers, rows.answers[[0, 2]])


def test_members_of_other_folds_are_refused() -> None:
    frame = frame_of(stored(BINARY))

    with pytest.raises(Invalid, match="not scored on the same rows and folds"):
        side_by_side([frame, frame.assign(fold=0)], BINARY)


@pytest.mark.parametrize(
    ("given", "hyperparameters", "words"),
    [
        (members(1) * 3, {}, "2 to 20 different members; these are 1"),
        (members(21), {}, "these are 21"),
        ([*members(2), Triple(Recipe("r", ()), "dummy", {})], {}, "The baseline looks at no feature"),
        ([members(1)[0], KINDS[0]], {}, "cannot be a member of another one"),
        (members(2), {"weights": "loud"}, "takes one of 'equal', 'by error'"),
        (members(2), {"strength": 1}, "'voting' has no parameter 'strength'"),
    ],
)
def test_what_makes_no_ensemble_is_refused(given: list[Triple], hyperparameters: dict[str, object], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        ensemble_of(EnsembleKind.VOTING, given, hyperparameters)


def test_an_ensemble_does_not_depend_on_the_order_of_its_members() -> None:
    one, other = ensemble_of(EnsembleKind.VOTING, members(3)), ensemble_of(EnsembleKind.VOTING, members(3)[::-1])

    assert (one.hash, one.members, one.recipe.name) == (other.hash, other.members, "3 tree")
    assert Triple.from_json(one.to_json()) == one
    assert combination_words(EnsembleKind.VOTING, ["v3", "v7", "v9"]) == "votes of v3, v7 and v9"


class _Stored:
    """A fitted pipeline whose answers are known."""

    def __init__(self, question: Question, answers: np.ndarray) -> None:
        self.classes_, self.answers = np.array(question.classes), answers

    def predict_proba(self, frame: pd.DataFrame) -> np.ndarray:
        return self.answers[frame["row"]]

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        return self.answers[frame["row"], 0]
