"""Models agree on labels or in residuals, and those that err apart make the best vote."""

import numpy as np
import pytest

from mms.ml.agreement import agreement, best_vote, fold_scores
from mms.ml.ensembles import SideBySide
from tests.charts.test_agreement import MODELS
from tests.ml.test_ensembles import BINARY, NUMBERS, stored


def answered(labels: list[str]) -> np.ndarray:
    yes = np.array([label == "yes" for label in labels], dtype=float)
    return np.column_stack([1 - yes, yes]) * 0.8 + 0.1


def side(truth: list[str], *members: list[str]) -> SideBySide:
    rows = np.arange(len(truth))
    return SideBySide(rows, rows % 2, np.array(truth, dtype=object), np.stack([answered(m) for m in members]))


def test_pairs_of_labels_tell_agreement_and_double_faults() -> None:
    rows = side(["yes"] * 4, ["yes", "yes", "no", "no"], ["yes", "no", "no", "yes"], ["no", "no", "no", "no"])

    found = agreement(MODELS, rows, BINARY)

    assert [(p.one, p.other, p.agreement, p.both_wrong) for p in found.pairs] == [
        (1, 2, 0.5, 0.25), (1, 3, 0.5, 0.5), (2, 3, 0.5, 0.5),
    ]  # fmt: skip
    assert found.errors == {1: 0.5, 2: 0.5, 3: 1.0}


def test_pairs_of_numbers_tell_the_correlation_of_residuals() -> None:
    rows = stored(NUMBERS)

    found = agreement(MODELS, rows, NUMBERS)

    residuals = rows.answers[:, :, 0] - rows.truth
    assert found.pairs[1].agreement == pytest.approx(np.corrcoef(residuals[0], residuals[2])[0, 1])
    assert found.of_numbers


def test_a_vote_takes_whoever_raises_the_score_and_no_copy() -> None:
    rows = stored(NUMBERS, count=1)
    chance = np.random.default_rng(1)
    other, worse = (rows.truth[:, None] + chance.normal(0, sd, (len(rows.truth), 1)) for sd in (6, 60))
    copied = SideBySide(rows.rows, rows.folds, rows.truth, np.stack([rows.answers[0], rows.answers[0], worse, other]))

    assert sorted(best_vote(copied, NUMBERS, "rmse")) == [0, 3]


def test_two_are_proposed_even_where_one_is_best_alone() -> None:
    truth = ["yes", "no"] * 10
    wrong = ["no", "yes"] * 10

    assert len(best_vote(side(truth, truth, wrong, wrong), BINARY, "f1")) == 2


def test_scores_by_fold_are_those_a_model_of_these_answers_has() -> None:
    truth, said = ["yes", "yes", "no", "no"], ["yes", "no", "no", "no"]

    assert fold_scores(answered(said), side(truth, said), BINARY, "accuracy") == [1.0, 0.5]
