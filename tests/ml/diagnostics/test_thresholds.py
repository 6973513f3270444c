"""What a threshold flags, equal to scikit-learn's counts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from mms.domain.errors import Invalid
from mms.ml.diagnostics.thresholds import COARSE, counted, made
from tests.ml.diagnostics.grounds import classified, ranked

CELLS = ["true_negatives", "false_positives", "false_negatives", "true_positives"]


@pytest.mark.parametrize("at", [0.0, 0.37, 0.5, 0.501, 1.0])
def test_the_counts_at_a_threshold_equal_scikit_learns(at: float) -> None:
    ground = ranked()
    positive, score, _ = ground.scored("late")

    row = made(ground, {})["counts"].set_index("threshold").loc[at]

    assert row[CELLS].tolist() == metrics.confusion_matrix(positive, score >= at, labels=[False, True]).ravel().tolist()


def test_the_folds_add_up_to_all_rows() -> None:
    tables = made(ranked(), {})

    summed = tables["folds"].groupby("threshold")[CELLS].sum()
    whole = tables["counts"].set_index("threshold").loc[COARSE, CELLS]
    pd.testing.assert_frame_equal(summed, whole, check_index_type=False)
    assert tables["summary"].to_dict("records")[0]["folds"] == 12


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=40))
def test_a_higher_threshold_never_flags_more_and_no_row_is_lost(rows: list[tuple[bool, float]]) -> None:
    positive, score = np.array([hit for hit, _ in rows]), np.array([value for _, value in rows])

    tables = counted(positive, score, COARSE)

    flagged = tables["true_positives"] + tables["false_positives"]
    assert flagged[0] == len(rows)
    assert (flagged.diff().dropna() <= 0).all()
    assert (tables[CELLS].sum(axis=1) == len(rows)).all()


def test_without_rows_there_is_a_sentence() -> None:
    with pytest.raises(Invalid, match="There are no out-of-fold rows"):
        made(classified([], np.empty((0, 2)), ("a", "b")), {})
