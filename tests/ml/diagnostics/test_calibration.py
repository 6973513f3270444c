"""Calibration in numbers: bins, Brier score, intervals."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from mms.domain.errors import Invalid
from mms.ml.diagnostics.calibration import binned, made
from tests.ml.diagnostics.grounds import classified, ranked

FIRST = {"class": None}


def test_bins_and_brier_score_equal_scikit_learns() -> None:
    ground = ranked(decimals=9)
    positive, score, fold = ground.scored("late")

    tables = made(ground, FIRST)

    true, said = calibration_curve(positive, score, n_bins=10, strategy="quantile")
    np.testing.assert_allclose(tables["bins"]["said"], said)
    np.testing.assert_allclose(tables["bins"]["true"], true)
    assert tables["summary"]["brier"][0] == pytest.approx(brier_score_loss(positive, score))
    by_fold = [brier_score_loss(positive[fold == f], score[fold == f]) for f in range(12)]
    np.testing.assert_allclose(tables["folds"]["brier"], by_fold)
    assert tables["summary"]["brier_sd"][0] == pytest.approx(np.std(by_fold, ddof=1))


def test_saying_the_share_every_time_has_no_skill_and_one_bin() -> None:
    ground = classified(["b", "a", "a", "a"] * 6, np.tile([0.75, 0.25], (24, 1)), ("a", "b"))

    tables = made(ground, FIRST)

    assert len(tables["bins"]) == 1
    assert tables["bins"]["rows"][0] == 24
    assert tables["summary"]["skill"][0] == pytest.approx(0.0)
    assert tables["summary"]["error"][0] == pytest.approx(0.0)


def test_equal_scores_are_never_parted() -> None:
    score = np.repeat([0.1, 0.2, 0.9], [50, 3, 47])

    bins = binned(np.arange(100) % 2 == 0, score)

    assert bins["rows"].sum() == 100
    assert (bins["from"].to_numpy()[1:] > bins["to"].to_numpy()[:-1]).all()


def test_one_row_has_one_bin_and_a_wide_interval() -> None:
    tables = made(classified(["b"], np.array([[0.3, 0.7]]), ("a", "b")), FIRST)

    (row,) = tables["bins"].to_dict("records")
    assert (row["rows"], row["said"], row["true"]) == (1, 0.7, 1.0)
    assert row["low"] < 0.25
    assert np.isnan(tables["summary"]["skill"][0])


def test_scores_that_only_rank_are_not_judged_as_probabilities() -> None:
    ground = classified(["b", "a"], np.array([[0.3, 0.7], [0.6, 0.4]]), ("a", "b"), is_probability=False)

    with pytest.raises(Invalid, match="rank rows and are no probabilities"):
        made(ground, FIRST)
