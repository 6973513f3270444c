"""What a slice says of the models ranked on it."""

from dataclasses import replace

import pytest

from mms.domain.comparison import PairedTest
from mms.domain.errors import Invalid
from mms.domain.models import ModelState, RankedModel
from mms.domain.slice_board import SliceBoard, SliceStanding, rule_from_text
from mms.domain.tables import Condition, Operator
from tests.conftest import NOW


def ranked(version: int) -> RankedModel:
    return RankedModel(
        version, 1, version, 1, 1, "tree", "plain", {}, ModelState.CANDIDATE, 0.5, 0.1, 1.0, 10, "ada", NOW, NOW
    )


USUAL = SliceStanding(ranked(1), 0.4, 0.02, 12, 0.7, 2, 1)
OTHER = SliceStanding(ranked(2), 0.6, None, 1, 0.5, 1, 2)
BOARD = SliceBoard("f1", "wind > 3", 7, 400, 4000, (OTHER, USUAL))


@pytest.mark.parametrize(
    ("board", "words"),
    [
        (
            BOARD,
            "400 of 4,000 rows have wind > 3. v2 tree is best on them, F1 0.600; on all rows it is v1 tree, "
            "which comes 2nd here.",
        ),
        (
            replace(BOARD, standings=(replace(USUAL, place=1), replace(OTHER, score=None, place=2))),
            "400 of 4,000 rows have wind > 3. v1 tree is best on them, F1 0.400 ± 0.020, as it is on all rows.",
        ),
        (
            replace(BOARD, standings=(replace(USUAL, score=None),)),
            "400 of 4,000 rows have wind > 3, and they do not determine F1 of any model.",
        ),
        (replace(BOARD, n=0), "No scored row has wind > 3."),
    ],
)
def test_a_slice_is_told_in_words(board: SliceBoard, words: str) -> None:
    assert board.words == words


TEST = PairedTest(12, 0.2, 0.05, 4.0, 0.002, 0.01, 0.97, 0.02, 0.01)


@pytest.mark.parametrize(
    ("test", "p", "standing", "words"),
    [
        (TEST, 0.004, "worse, p 0.004", " The tests tell it from every other."),
        (TEST, 0.2, "not distinguishable, p 0.200", " The tests cannot tell 1 of 1 other from it."),
        (replace(TEST, mean=-0.2), 0.004, "better fold by fold, p 0.004", " The tests tell it from every other."),
        (None, None, "not tested", "which comes 2nd here."),
    ],
)
def test_the_doubt_of_the_order_is_told(test: PairedTest | None, p: float | None, standing: str, words: str) -> None:
    board = replace(BOARD, standings=(OTHER, replace(USUAL, test=test, p_adjusted=p)))

    first, second = board.to_json()["standings"]

    assert board.words.endswith(words)
    assert (first["against_first"], first["p"]) == ("first", None)
    assert (second["against_first"], second["p"]) == (standing, p)


def test_too_few_rows_rank_nobody_and_it_is_said() -> None:
    few = replace(BOARD, n=29)

    assert not few.is_judged
    assert few.words.endswith("29 rows are too few to judge by: 30 is the least.")


@pytest.mark.parametrize("text", ["[[", "[" * 100_000, "3", '[["x"]]', '[["x", "about", 1]]', '{"x": 1}', "null"])
def test_a_broken_rule_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="is no rule: write a JSON list"):
        rule_from_text(text)


def test_a_rule_is_read_from_its_text() -> None:
    assert rule_from_text('[["x", ">", 0], ["y", "in", [1, 2]]]') == (
        Condition("x", Operator.GT, 0),
        Condition("y", Operator.IN, (1, 2)),
    )


def test_errors_leave_in_natural_units() -> None:
    of_numbers = replace(BOARD, metric="rmse", standings=(replace(USUAL, score=-3.0, whole=-2.0),))

    (row,) = of_numbers.to_json()["standings"]

    assert (row["score"], row["whole"]) == (3.0, 2.0)
