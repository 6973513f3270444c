"""Curves of ranked rows, counted with numpy, equal scikit-learn's."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn import metrics

from mms.domain.diagnostics import DiagnosticKind
from mms.domain.errors import Invalid
from mms.ml.diagnostics import MAKERS, curves
from mms.ml.diagnostics.ground import MOST_ROWS
from tests.ml.diagnostics.grounds import classified, ranked

FIRST = {"class": None}
RANKED = (DiagnosticKind.ROC, DiagnosticKind.PRECISION_RECALL, DiagnosticKind.GAINS)


def test_the_roc_curve_equals_scikit_learns_also_with_ties() -> None:
    ground = ranked()
    positive, score, fold = ground.scored("late")

    made = curves.roc(ground, FIRST)

    x, y, at = metrics.roc_curve(positive, score, drop_intermediate=False)
    whole = pd.DataFrame({"false_rate": x, "true_rate": y}, index=pd.Index(at, name="threshold"))
    pd.testing.assert_frame_equal(made["curve"].set_index("threshold"), whole.loc[made["curve"]["threshold"]])
    by_fold = [metrics.roc_auc_score(positive[fold == f], score[fold == f]) for f in range(12)]
    np.testing.assert_allclose(made["folds"]["area"], by_fold)
    (summary,) = made["summary"].to_dict("records")
    assert summary["area"] == pytest.approx(np.mean(by_fold))
    assert summary["pooled"] == pytest.approx(metrics.roc_auc_score(positive, score))
    assert (summary["class"], summary["folds"], summary["positives"]) == ("late", 12, positive.sum())


def test_precision_and_recall_equal_scikit_learns() -> None:
    ground = ranked(300)
    positive, score, fold = ground.scored("late")

    made = curves.precision_recall(ground, FIRST)

    precision, recall, _ = metrics.precision_recall_curve(positive, score)
    known = set(zip(np.round(recall, 12), np.round(precision, 12), strict=True))
    assert set(zip(made["curve"]["recall"].round(12), made["curve"]["precision"].round(12), strict=True)) <= known
    by_fold = [metrics.average_precision_score(positive[fold == f], score[fold == f]) for f in range(12)]
    np.testing.assert_allclose(made["folds"]["average"], by_fold)
    assert made["summary"]["average"][0] == pytest.approx(np.mean(by_fold))
    assert made["summary"]["pooled"][0] == pytest.approx(metrics.average_precision_score(positive, score))


def test_the_band_of_precision_is_taken_where_a_recall_is_first_reached() -> None:
    ground = classified(
        ["b", "a", "b", "a"] * 12, np.array([[0.1, 0.9], [0.2, 0.8], [0.3, 0.7], [0.9, 0.1]] * 12), ("a", "b")
    )

    band = curves.precision_recall(ground, FIRST)["band"].set_index("recall")

    assert band["mean"][0.0] == 1.0
    assert (band["low"] <= band["high"]).all()
    assert band["high"].max() <= 1.0


def test_gains_rise_from_nothing_to_all_and_a_perfect_order_finds_the_class_first() -> None:
    perfect = classified(["b"] * 3 + ["a"] * 9, np.array([[0.0, 1.0]] * 3 + [[1.0, 0.0]] * 9), ("a", "b"))

    made = curves.gains(perfect, FIRST)["gains"].set_index("flagged")

    assert (made["found"][0.0], made["found"][0.25], made["found"][1.0]) == (0.0, 1.0, 1.0)
    assert made["lift"][0.25] == pytest.approx(4.0)
    assert made["lift"][1.0] == pytest.approx(1.0)
    assert made["rows"][1.0] == 12


@pytest.mark.parametrize("name", ["late", "upside down"])
def test_the_greatest_distance_is_that_of_the_two_sample_statistic(name: str) -> None:
    ground = ranked(400)
    positive, score, _ = ground.scored("late")
    if name == "upside down":
        truth, score = np.where(positive, "b", "a").tolist(), 1 - score
        ground = classified(truth, np.column_stack([1 - score, score]), ("a", "b"))

    made = curves.gains(ground, FIRST)

    assert made["summary"]["ks"][0] == pytest.approx(stats.ks_2samp(score[positive], score[~positive]).statistic)


def test_the_band_is_the_mean_of_the_folds_curves_and_their_sample_standard_deviation() -> None:
    ground = ranked(600)
    positive, score, fold = ground.scored("late")
    rates = [metrics.roc_curve(positive[fold == f], score[fold == f], drop_intermediate=False) for f in range(12)]
    inner = np.array([np.interp(curves.GRID, x, y) for x, y, _ in rates])

    band = curves.roc(ground, FIRST)["band"]

    np.testing.assert_allclose(band["mean"], inner.mean(axis=0))
    np.testing.assert_allclose(band["low"], np.clip(inner.mean(axis=0) - inner.std(axis=0, ddof=1), 0, 1))
    np.testing.assert_allclose(band["high"], np.clip(inner.mean(axis=0) + inner.std(axis=0, ddof=1), 0, 1))


@pytest.mark.parametrize("kind", RANKED)
@pytest.mark.parametrize(
    ("truth", "said"), [(["b"], "is of class"), (["a"], "is not of class"), ([], "is not of class")]
)
def test_rows_of_one_class_have_no_curve_and_a_sentence(kind: DiagnosticKind, truth: list[str], said: str) -> None:
    one = classified(truth, np.full((len(truth), 2), 0.5), ("a", "b"))

    with pytest.raises(Invalid, match=f"{len(truth)} out-of-fold rows {said} 'b': a .* curve needs rows of the class"):
        MAKERS[kind].make(one, FIRST)


@pytest.mark.parametrize("kind", RANKED)
def test_any_class_is_ranked_against_the_rest_and_a_foreign_one_is_refused(kind: DiagnosticKind) -> None:
    chance = np.random.default_rng(0)
    shares = chance.dirichlet([1, 1, 1], size=120)
    ground = classified(["a", "b", "c"] * 40, shares, ("a", "b", "c"))

    made = MAKERS[kind].make(ground, {"class": "c"})

    assert made["summary"]["class"][0] == "c"
    assert made["summary"]["positives"][0] == 40
    with pytest.raises(Invalid, match="This model knows no class 'z'; it has a, b, c"):
        MAKERS[kind].make(ground, {"class": "z"})


def test_folds_that_hold_one_class_only_have_no_curve_of_their_own() -> None:
    ground = classified(["b"] + ["a"] * 23, np.array([[0.2, 0.8]] + [[0.7, 0.3]] * 23), ("a", "b"))

    made = curves.roc(ground, FIRST)

    assert made["folds"]["fold"].tolist() == [0]
    assert made["summary"]["folds"][0] == 1


@pytest.mark.parametrize(
    "kind", [kind for kind, maker in MAKERS.items() if kind in RANKED or kind is DiagnosticKind.THRESHOLDS]
)
def test_no_matter_how_many_rows_a_table_stays_small(kind: DiagnosticKind) -> None:
    parameters = FIRST if kind in RANKED else {}

    made = MAKERS[kind].make(ranked(60_000, decimals=9), parameters)

    assert max(len(table) for table in made.values()) <= MOST_ROWS
