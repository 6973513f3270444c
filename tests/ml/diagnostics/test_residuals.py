"""Residuals: all rows are counted, some are points."""

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from mms.domain.projects import Task
from mms.ml.diagnostics.residuals import POINTS, made
from tests.ml.diagnostics.grounds import ground


def test_the_facts_are_scikit_learns_over_all_rows_and_the_points_are_few_of_every_fold() -> None:
    chance = np.random.default_rng(0)
    truth = chance.normal(size=9000)
    value = truth + chance.normal(scale=0.5, size=9000) + 0.1
    oof = pd.DataFrame({"row": np.arange(9000), "fold": np.arange(9000) % 12, "truth": truth, "value": value})

    tables = made(ground(Task.REGRESSION, oof), {})

    facts = tables["facts"].iloc[0]
    assert facts["n"] == 9000
    assert facts["mae"] == pytest.approx(metrics.mean_absolute_error(truth, value))
    assert facts["rmse"] == pytest.approx(metrics.root_mean_squared_error(truth, value))
    assert facts["r2"] == pytest.approx(metrics.r2_score(truth, value))
    assert facts["mean_error"] == pytest.approx((value - truth).mean())
    assert facts["q95"] == pytest.approx(np.quantile(value - truth, 0.95))
    assert len(tables["points"]) == POINTS
    assert tables["points"]["fold"].value_counts().size == 12
    own = metrics.mean_absolute_error(truth[3::12], value[3::12])
    assert tables["folds"].set_index("fold").loc[3, "mae"] == pytest.approx(own)
