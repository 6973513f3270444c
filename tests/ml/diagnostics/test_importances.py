"""Importances of the final fit, with their spread over the folds."""

import numpy as np
import pandas as pd
import pytest

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.ml.diagnostics.importances import importance_table, made
from tests.ml.diagnostics.grounds import ground

TOLD = pd.DataFrame(
    {"feature": ["a", "b", "c"], "fold_0": [1.0, -3.0, np.nan], "fold_1": [2.0, -5.0, 0.1], "final": [1.5, -4.0, 0.2]}
)


def test_the_heaviest_by_size_comes_first_and_a_fold_that_told_nothing_does_not_count() -> None:
    table = importance_table(TOLD).set_index("feature")

    assert table.index.tolist() == ["b", "a", "c"]
    assert table.loc["b", ["mean", "low", "high", "folds"]].tolist() == [-4.0, -5.0, -3.0, 2]
    assert table.loc["a", "sd"] == pytest.approx(np.std([1, 2], ddof=1))
    assert table.loc["c", "folds"] == 1
    assert np.isnan(table.loc["c", "sd"])


def test_an_algorithm_that_tells_none_is_named() -> None:
    with pytest.raises(Invalid, match="'dummy' does not tell what its features weigh"):
        made(ground(Task.REGRESSION, pd.DataFrame(), importances=lambda: None), {})
