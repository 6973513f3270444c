"""ROC, precision-recall and confusion, counted with numpy, equal scikit-learn's."""

import numpy as np
import pytest
from sklearn import metrics

from mms.charts import confusion, precision_recall, roc
from mms.charts.ranking import Ranked

COLOURS = {1: "#0072B2", 2: "#E69F00"}


def ranked(n: int = 3000, model_id: int = 1, noise: float = 1.0, decimals: int = 2) -> Ranked:
    """Scored rows with many ties (rounded scores) in 12 folds."""
    random = np.random.default_rng(model_id)
    positive = random.random(n) < 0.3
    score = np.round(1 / (1 + np.exp(-(positive + noise * random.normal(size=n)))), decimals)
    return Ranked(model_id, f"v{model_id} boosting", "late", positive, score, np.arange(n) % 12)


def test_the_roc_curve_equals_scikit_learns_also_with_ties() -> None:
    rows = ranked()

    info = roc.roc_of(rows)

    assert info is not None
    x, y, _ = metrics.roc_curve(rows.positive, rows.score, drop_intermediate=False)
    np.testing.assert_allclose(info.false_rate, x)
    np.testing.assert_allclose(info.true_rate, y)
    assert info.pooled == pytest.approx(metrics.roc_auc_score(rows.positive, rows.score))


def test_the_area_named_is_the_mean_of_the_folds() -> None:
    rows = ranked()
    folds = [metrics.roc_auc_score(rows.positive[rows.fold == f], rows.score[rows.fold == f]) for f in range(12)]

    info = roc.roc_of(rows)

    assert info is not None
    assert info.area == pytest.approx(np.mean(folds))
    assert np.all(info.low <= info.high)


def test_precision_and_recall_equal_scikit_learns() -> None:
    rows = ranked()

    info = precision_recall.precision_recall_of(rows)

    assert info is not None
    precision, recall, _ = metrics.precision_recall_curve(rows.positive, rows.score)
    np.testing.assert_allclose(info.precision[::-1], precision)
    np.testing.assert_allclose(info.recall[::-1], recall)
    assert info.average == pytest.approx(metrics.average_precision_score(rows.positive, rows.score))


def test_the_confusion_matrix_equals_scikit_learns_at_a_threshold() -> None:
    rows = ranked()
    truth = np.where(rows.positive, "late", "on time")
    label = np.where(rows.score >= 0.6, "late", "on time")
    expected = metrics.confusion_matrix(truth, label, labels=["on time", "late"])

    at = confusion.confusion_at(rows.positive, rows.score, ("on time", "late"), 0.6)
    of = confusion.confusion_of(truth, label, ["on time", "late"])

    np.testing.assert_array_equal(at.counts, expected)
    np.testing.assert_array_equal(of.counts, expected)
    assert at.precision == pytest.approx(metrics.precision_score(truth, label, pos_label="late"))
    assert at.recall == pytest.approx(metrics.recall_score(truth, label, pos_label="late"))
    assert at.accuracy == pytest.approx(metrics.accuracy_score(truth, label))
    assert at.flagged == int((label == "late").sum())


def test_a_threshold_above_every_score_flags_nothing_and_says_so() -> None:
    rows = ranked()

    info = confusion.confusion_at(rows.positive, rows.score, ("on time", "late"), 1.01)

    assert info.precision is None
    assert info.recall == 0.0
    assert confusion.words(info) == "Of 3,000 rows none is flagged as late."


def test_rows_of_one_class_have_no_curve_but_a_titled_empty_figure() -> None:
    one = Ranked(1, "v1", "late", np.ones(5, bool), np.linspace(0, 1, 5), np.zeros(5, int))

    assert roc.roc_of(one) is None
    assert precision_recall.precision_recall_of(one) is None
    for drawn in (roc.figure([], {}), precision_recall.figure([], {})):
        assert drawn.layout.title.text
        assert len(drawn.data) == 0
        assert drawn.layout.annotations[0].text


def test_no_matter_how_many_rows_a_chart_sends_at_most_2000_points() -> None:
    many = [ranked(60_000, model_id, decimals=9) for model_id in (1, 2)]
    infos = [i for rows in many if (i := roc.roc_of(rows))]
    curves = [i for rows in many if (i := precision_recall.precision_recall_of(rows))]

    for drawn in (roc.figure(infos, COLOURS), roc.figure(infos[:1], COLOURS), precision_recall.figure(curves, COLOURS)):
        assert sum(len(trace.x) for trace in drawn.data) <= 2000


def test_a_single_model_gets_the_band_of_its_folds_and_several_do_not() -> None:
    infos = [i for model_id in (1, 2) if (i := roc.roc_of(ranked(model_id=model_id)))]

    alone, together = roc.figure(infos[:1], COLOURS), roc.figure(infos, COLOURS)

    assert [t.name for t in alone.data if t.fill == "tonexty"] == ["folds ± 1 sd"]
    assert not [t for t in together.data if t.fill]
    assert [t.line.color for t in together.data[:2]] == ["#0072B2", "#E69F00"]


def test_the_words_name_the_better_model_first() -> None:
    good, bad = roc.roc_of(ranked(model_id=1, noise=0.5)), roc.roc_of(ranked(model_id=2, noise=3.0))
    assert good is not None
    assert bad is not None

    sentence = roc.words([bad, good])

    assert sentence.startswith("v1 boosting ranks a late row above another one")
    assert f"v2 boosting {bad.area:.3f}" in sentence
