"""Which class is taken for which."""

import numpy as np
import pytest
from sklearn import metrics

from mms.domain.errors import Invalid
from mms.ml.diagnostics.confusion import made
from tests.ml.diagnostics.grounds import classified


def test_the_counts_and_rates_of_60_classes_equal_scikit_learns() -> None:
    chance, classes = np.random.default_rng(3), tuple(f"c{i:02}" for i in range(60))
    truth = chance.choice(classes[:59], 900).tolist()  # nobody is of the last class
    ground = classified(truth, chance.dirichlet(np.ones(60), size=900), classes)

    tables = made(ground, {})

    expected = metrics.confusion_matrix(truth, ground.oof["label"], labels=list(classes))
    np.testing.assert_array_equal(tables["counts"].drop(columns="truth"), expected)
    precision, recall, f1, rows = metrics.precision_recall_fscore_support(
        truth, ground.oof["label"], labels=list(classes), zero_division=np.nan
    )
    np.testing.assert_allclose(tables["classes"]["precision"], precision)
    np.testing.assert_allclose(tables["classes"]["recall"], recall)
    np.testing.assert_allclose(tables["classes"]["f1"], f1)
    np.testing.assert_array_equal(tables["classes"]["rows"], rows)
    assert np.isnan(tables["classes"]["recall"].iloc[59])


def test_a_class_may_be_called_like_a_column() -> None:
    tables = made(classified(["truth"], np.array([[0.1, 0.9]]), ("answered", "truth")), {})

    assert tables["counts"].columns.tolist() == ["truth", "answered answered", "answered truth"]
    assert tables["counts"]["answered truth"].tolist() == [0, 1]


def test_without_rows_there_is_a_sentence() -> None:
    with pytest.raises(Invalid, match="There are no out-of-fold rows"):
        made(classified([], np.empty((0, 2)), ("a", "b")), {})
