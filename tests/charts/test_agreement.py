"""The agreement map and its finding."""

import math
from datetime import UTC, datetime

from mms.charts.agreement import figure, words
from mms.domain.agreement import Agreement, Pairing
from mms.domain.models import ModelState, RankedModel

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def a_model(number: int) -> RankedModel:
    return RankedModel(
        number, 1, number, 1, 1, "tree", "trees", {}, ModelState.CANDIDATE, 0.5, 0.1, 1.0, 10, "ada", NOW, NOW
    )


MODELS = (a_model(1), a_model(2), a_model(3))
LABELS = Agreement(
    MODELS, (Pairing(1, 2, 0.9, 0.08), Pairing(1, 3, 0.8, 0.02), Pairing(2, 3, 0.7, 0.05)), {1: 0.1, 2: 0.12, 3: 0.15}
)


def test_the_pair_that_errs_together_least_is_named() -> None:
    assert words(LABELS) == (
        "v1 and v3 complement each other most: v1 errs on 10.0% of the rows and v3 on 15.0%, but both on 2.0% only."
    )
    numbers = Agreement(MODELS, (Pairing(1, 2, 0.9), Pairing(2, 3, 0.4)), {})
    assert words(numbers) == "The residuals of v2 and v3 go together least (correlation 0.40)."


def test_every_pair_is_a_cell_twice_and_the_diagonal_is_empty() -> None:
    cells = figure(LABELS).data[0].z

    assert (cells[0][2], cells[2][0], cells[1][2]) == (0.8, 0.8, 0.7)
    assert all(math.isnan(cells[i][i]) for i in range(3))


def test_one_model_is_no_map() -> None:
    alone = Agreement(MODELS[:1], (), {1: 0.1})

    assert not figure(alone).data
    assert words(alone) == "There are not two models to compare."
