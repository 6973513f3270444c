"""A change of a mean is split without a rest, and each part is named for what made it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mms.monitoring.decomposition import split

ROWS = st.lists(st.tuples(st.integers(0, 3), st.floats(0, 10)), min_size=1, max_size=40)


def periods(before: list[tuple[int, float]], after: list[tuple[int, float]]) -> tuple[tuple, tuple]:
    groups = tuple(np.array([g for g, _ in rows]) for rows in (before, after))
    errors = tuple(np.array([e for _, e in rows], float) for rows in (before, after))
    return groups, errors


@given(ROWS, ROWS)
def test_the_parts_add_up_to_the_change(before: list[tuple[int, float]], after: list[tuple[int, float]]) -> None:
    parts = split(*periods(before, after), 4)

    change = np.mean([e for _, e in after]) - np.mean([e for _, e in before])
    assert parts.mix.sum() + parts.relation.sum() == pytest.approx(change, abs=1e-9)


def test_only_other_rows_is_all_mix() -> None:
    parts = split(*periods([(0, 0.1)] * 90 + [(1, 0.5)] * 10, [(0, 0.1)] * 50 + [(1, 0.5)] * 50), 2)

    assert parts.mix.sum() == pytest.approx(0.16)
    assert parts.relation == pytest.approx([0, 0])


def test_only_worse_answers_is_all_relation_of_their_group() -> None:
    parts = split(*periods([(0, 0.1)] * 50 + [(1, 0.2)] * 50, [(0, 0.1)] * 50 + [(1, 0.6)] * 50), 2)

    assert parts.mix == pytest.approx([0, 0])
    assert parts.relation == pytest.approx([0, 0.2])


def test_a_group_that_was_not_there_before_changes_the_mix() -> None:
    parts = split(*periods([(0, 0.1)] * 10, [(0, 0.1)] * 5 + [(1, 0.9)] * 5), 2)

    assert np.isnan(parts.error_before[1])
    assert parts.mix.sum() == pytest.approx(0.4)
    assert parts.relation.sum() == pytest.approx(0)


@pytest.mark.slow
def test_the_bands_hold_the_true_parts_as_often_as_they_say() -> None:
    random = np.random.default_rng(5)
    held = np.zeros(2)
    for turn in range(300):
        groups = (random.random(600) < 0.3).astype(int), (random.random(600) < 0.5).astype(int)
        chances = np.array([0.1, 0.3]), np.array([0.1, 0.45])
        errors = tuple((random.random(600) < p[g]).astype(float) for p, g in zip(chances, groups, strict=True))
        parts = split(groups, errors, 2, turn)  # type: ignore[arg-type]
        mix, relation = 0.2 * (0.375 - 0.1), 0.4 * 0.15
        held += [
            parts.mix_band[0] <= mix <= parts.mix_band[1],
            parts.relation_band[0] <= relation <= parts.relation_band[1],
        ]

    assert (held / 300 > 0.92).all()
    assert (held / 300 < 0.98).all()
