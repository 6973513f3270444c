"""The tree names the rows that carry a change, and tells a shift of the mix from worse answers."""

import numpy as np
import pandas as pd
import pytest

from mms.domain.segments import rule_words
from mms.domain.tables import Column, ColumnType
from mms.ml.monitoring.why import split_by_rules

COLUMNS = (Column("origin", ColumnType.CATEGORY), Column("distance", ColumnType.NUMBER))


def asked(n: int, far: float, chance: dict[str, float], seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Answers from two places; those from afar are wrong more often."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"origin": random.choice(["EWR", "JFK"], n), "distance": np.where(random.random(n) < far, 900.0, 100.0)}
    )
    wrong = random.random(n) < frame["origin"].map(chance) + np.where(frame["distance"] > 500, 0.3, 0.0)
    return frame, wrong.to_numpy(dtype=float)


def pair(first: tuple[pd.DataFrame, np.ndarray], second: tuple[pd.DataFrame, np.ndarray]) -> tuple:
    frame = pd.concat([first[0], second[0]], ignore_index=True)
    return frame, np.concatenate([first[1], second[1]]), np.arange(len(frame)) >= len(first[0])


def test_rows_from_afar_that_come_more_often_are_a_shift_of_the_mix() -> None:
    same = {"EWR": 0.1, "JFK": 0.1}
    frame, errors, after = pair(asked(3000, 0.1, same, 1), asked(3000, 0.6, same, 2))

    rules, parts = split_by_rules(frame, COLUMNS, errors, after)

    assert any("distance" in rule_words(rule) for rule in rules)
    assert parts.mix.sum() == pytest.approx(0.15, abs=0.03)
    assert parts.relation_band[0] < 0 < parts.relation_band[1]


def test_one_place_that_is_answered_worse_carries_the_changed_relation() -> None:
    frame, errors, after = pair(
        asked(3000, 0.2, {"EWR": 0.1, "JFK": 0.1}, 3), asked(3000, 0.2, {"EWR": 0.5, "JFK": 0.1}, 4)
    )

    rules, parts = split_by_rules(frame, COLUMNS, errors, after)

    words = [rule_words(rule) for rule in rules]
    carried = sum(r for r, name in zip(parts.relation, [*words, ""], strict=True) if "origin = 'EWR'" in name)
    assert carried == pytest.approx(0.2, abs=0.04)
    assert parts.relation.sum() == pytest.approx(0.2, abs=0.04)
    assert parts.mix_band[0] < 0.02


def test_rows_that_nothing_tells_apart_are_one_group() -> None:
    frame = pd.DataFrame({"origin": ["EWR"] * 200, "distance": [100.0] * 200})
    after = np.arange(200) >= 100

    rules, parts = split_by_rules(frame, COLUMNS, after.astype(float), after)

    assert rules == []
    assert parts.relation == pytest.approx([1.0])
