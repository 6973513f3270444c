"""Siblings in a grid of the two hyperparameters that tell most of them apart."""

from mms.domain.siblings import Sibling, grid

OWN = {"C": 1.0, "weight": None, "steps": 10}


def sibling(score: float, **differs: object) -> Sibling:
    """A model that differs from OWN in these."""
    return Sibling({**OWN, **differs}, score)  # type: ignore[dict-item]


FOUR = [sibling(0.1), sibling(0.2, C=10.0), sibling(0.3, weight="balanced"), sibling(0.4, C=10.0, weight="balanced")]


def test_cells_stand_in_the_order_of_numbers() -> None:
    found = grid(OWN, [*FOUR, sibling(0.5, C=2)], greater=True)

    assert found is not None
    assert (found.x, found.y) == ("C", "weight")
    assert (found.x_values, found.y_values) == (("1", "2", "10"), ("balanced", "none"))
    assert found.cells["2", "none"] == 0.5
    assert ("2", "balanced") not in found.cells


def test_a_sibling_that_differs_in_a_third_hyperparameter_has_no_cell() -> None:
    found = grid(OWN, [*FOUR, sibling(0.9, C=10.0, weight="balanced", steps=99)], greater=True)

    assert found is not None
    assert found.cells["10", "balanced"] == 0.4


def test_the_best_of_equal_siblings_counts() -> None:
    twice = [*FOUR, sibling(0.7)]

    more, less = grid(OWN, twice, greater=True), grid(OWN, twice, greater=False)

    assert more is not None
    assert less is not None
    assert (more.cells["1", "none"], less.cells["1", "none"]) == (0.7, 0.1)


def test_one_line_of_values_is_no_grid() -> None:
    assert grid(OWN, FOUR[:2], greater=True) is None


def test_zero_and_false_are_values_like_others() -> None:
    own = {"depth": 0, "flag": False}
    others = [Sibling({"depth": d, "flag": f}, d + f) for d in (0, 3) for f in (False, True)]

    found = grid(own, others, greater=True)

    assert found is not None
    assert (found.x_values, found.y_values) == (("0", "3"), ("false", "true"))
