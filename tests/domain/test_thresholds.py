"""Thresholds: what they flag, and what their errors cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mms.domain.errors import Invalid
from mms.domain.projects import Policy
from mms.domain.thresholds import Costs, Flags, at_threshold, cheapest, cost_alike, expected_cost

COUNTS = st.tuples(*[st.integers(0, 50)] * 4)
COSTS = st.builds(Costs, st.floats(0, 100), st.floats(0, 100))


def ladder(*errors: tuple[int, int]) -> list[Flags]:
    """(false positives, false negatives) at thresholds 0, .1, .2 ..."""
    return [Flags(i / 10, 5, alarms, misses, 5) for i, (alarms, misses) in enumerate(errors)]


def test_the_rates_of_a_threshold() -> None:
    flags = Flags(0.5, 30, 10, 20, 40)

    assert (flags.rows, flags.flagged) == (100, 40)
    assert (flags.precision, flags.recall, flags.queue_rate, flags.accuracy) == (0.75, 0.6, 0.4, 0.7)
    assert flags.f1 == pytest.approx(2 * 0.75 * 0.6 / 1.35)
    assert flags.cost(Costs(false_alarm=1, miss=5)) == 110


def test_what_a_threshold_does_not_determine_is_none() -> None:
    nothing = Flags(1.0, 0, 0, 0, 0)

    assert [nothing.precision, nothing.recall, nothing.f1, nothing.queue_rate, nothing.accuracy] == [None] * 5


@pytest.mark.parametrize(
    ("costs", "at"),
    [(Costs(1, 1), 0.1), (Costs(10, 1), 0.2), (Costs(1, 10), 0.0), (Costs(0, 0), 0.1)],
    ids=["equal", "false alarms are dear", "misses are dear", "nothing costs anything: the middle"],
)
def test_the_cheapest_threshold_follows_the_costs(costs: Costs, at: float) -> None:
    assert cheapest(ladder((9, 0), (3, 2), (0, 8)), costs).threshold == at


def test_of_equally_cheap_thresholds_the_middle_one_is_taken() -> None:
    assert cheapest(ladder((9, 9), (1, 1), (2, 0), (0, 2), (9, 9)), Costs()).threshold == 0.2


def test_costs_that_differ_by_rounding_only_are_equal() -> None:
    costs, flags = Costs(0.1, 0.3), ladder((0, 1), (3, 0), (3, 0), (9, 9))

    assert 3 * costs.false_alarm != costs.miss
    assert cheapest(flags, costs).threshold == 0.1
    assert not cost_alike(0.3, 0.3001)


def test_without_thresholds_there_is_a_sentence() -> None:
    with pytest.raises(Invalid, match="There is no threshold to choose from"):
        cheapest([], Costs())


@given(st.lists(COUNTS, min_size=1, max_size=20), COSTS)
def test_no_threshold_costs_less_than_the_cheapest(counts: list[tuple[int, int, int, int]], costs: Costs) -> None:
    flags = [Flags(i / 20, *cells) for i, cells in enumerate(counts)]

    assert cost_alike(cheapest(flags, costs).cost(costs), min(one.cost(costs) for one in flags))


@given(st.integers(2, 12), st.integers(1, 8), st.data(), COSTS)
def test_the_expected_cost_never_flatters(folds: int, steps: int, data: st.DataObject, costs: Costs) -> None:
    by_fold = {fold: [Flags(i / 10, *data.draw(COUNTS)) for i in range(steps)] for fold in range(folds)}

    expected = expected_cost(by_fold, costs)

    chosen_on_all = min(sum(flags[i].cost(costs) for flags in by_fold.values()) for i in range(steps))
    assert expected is not None
    assert expected >= chosen_on_all * (1 - 1e-9) - 1e-9


def test_one_fold_has_no_other_to_choose_on() -> None:
    assert expected_cost({0: ladder((1, 1))}, Costs()) is None


def test_the_nearest_threshold_answers_and_the_policy_sets_the_costs() -> None:
    assert at_threshold(ladder((9, 0), (3, 2)), 0.07).threshold == 0.1
    assert Costs.of(Policy(false_alarm_cost=2, miss_cost=7)) == Costs(2, 7)
