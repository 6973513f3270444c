"""Sums: a group, kept as JSON, old ones too."""

from hypothesis import given
from hypothesis import strategies as st

from mms.domain.buckets import Sums, total

WHOLE = st.integers(-1000, 1000)
LABELS = st.sampled_from(["a", "b", "c"])
CELLS = st.dictionaries(st.tuples(LABELS, LABELS), WHOLE.filter(bool), max_size=6)
HISTOGRAM = st.dictionaries(st.tuples(LABELS, st.integers(0, 199)), WHOLE.filter(bool), max_size=6)
EXACT = WHOLE.map(float)
"""Whole floats, so that equality of sums is exact."""

SUMS = st.builds(Sums, WHOLE, WHOLE, CELLS, HISTOGRAM, *[EXACT] * 8)


@given(SUMS, SUMS, SUMS)
def test_sums_form_a_commutative_group(a: Sums, b: Sums, c: Sums) -> None:
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert a + Sums() == a
    assert a - a == Sums()
    assert (a + b) - b == a


@given(st.lists(SUMS, max_size=5))
def test_a_total_is_the_sum_of_its_parts(parts: list[Sums]) -> None:
    assert total(parts) == sum(parts, Sums())


@given(SUMS)
def test_sums_survive_their_json(sums: Sums) -> None:
    assert Sums.from_json(sums.to_json()) == sums


def test_a_hold_out_stored_before_log_loss_was_kept_is_read() -> None:
    old = Sums(2, 2, absolute=3.0).to_json() | {"floats": [3.0, 0.0, 0.0, 0.0, 0.0]}

    assert Sums.from_json(old) == Sums(2, 2, absolute=3.0)
