"""Counting is adding: what many answers add is what each of them adds, in any order, and what goes leaves nothing."""

from dataclasses import fields, replace
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mms.domain.projects import Task
from mms.monitoring.counting import UNKNOWN, Answers, Counted, counted, delay_bin, error_bin, merged, summed
from mms.monitoring.sums import BINS, MOMENTS, PARTS, Layout, Series, coded_entries, decoded

LAYOUTS = (
    Layout(Task.BINARY, ("no", "yes"), "yes"),
    Layout(Task.BINARY, ("no", "yes")),
    Layout(Task.MULTICLASS, ("a", "b", "c")),
    Layout(Task.MULTICLASS, tuple(f"class {i}" for i in range(25))),
    Layout(Task.REGRESSION),
)
PERIODS = 4
COUNTS = tuple(part for part in PARTS if part != "moments")


@st.composite
def some_answers(draw: st.DrawFn, layout: Layout) -> Answers:
    """Answers of any kind: with and without truths, probabilities, delays and expectations."""
    n, chance = draw(st.integers(0, 40)), np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    k, scored = len(layout.classes), len(layout.scored)
    numbers = chance.normal(0, 10.0 ** chance.integers(-8, 9, n), n)

    def maybe(values: np.ndarray) -> np.ndarray:
        return np.where(chance.random(n) < 0.7, values, np.nan)

    return Answers(
        sign=chance.choice([1, 1, 1, -1], n),
        group=chance.integers(0, PERIODS, n),
        label=chance.integers(0, k, n) if k else np.full(n, UNKNOWN),
        truth=chance.integers(UNKNOWN, k, n) if k else np.full(n, UNKNOWN),
        probabilities=np.stack([maybe(chance.random(n)) for _ in range(scored)], 1) if scored else np.zeros((n, 0)),
        likelihood=maybe(chance.random(n)) if k else np.full(n, np.nan),
        value=np.full(n, np.nan) if k else numbers,
        known=np.full(n, np.nan) if k else maybe(numbers + chance.normal(0, 1, n)),
        delay=maybe(chance.exponential(100, n)),
        expected=np.stack([maybe(np.abs(numbers)), numbers**2], 1),
    )


def pairs() -> st.SearchStrategy[tuple[Layout, Answers]]:
    return st.sampled_from(LAYOUTS).flatmap(lambda layout: st.tuples(st.just(layout), some_answers(layout)))


def dense(layout: Layout, counts: Counted) -> dict[str, np.ndarray]:
    """Each part as it would be stored and read again."""
    nothing = [b""] * len(counts.n)
    found = {part: decoded(layout, part, merged(counts, part, nothing)) for part in COUNTS}
    return found | {"n": counts.n, "labelled": counts.labelled}


def one_by_one(layout: Layout, answers: Answers) -> dict[str, np.ndarray]:
    """The definition: each answer adds its sign to the cells that it lies in."""
    found = {part: np.zeros((PERIODS, *layout.shapes[part]), np.int64) for part in COUNTS}
    found |= {"n": np.zeros(PERIODS, np.int64), "labelled": np.zeros(PERIODS, np.int64)}
    k = len(layout.classes)
    for i, (sign, group) in enumerate(zip(answers.sign, answers.group, strict=True)):
        truth, label, delay = answers.truth[i], answers.label[i], answers.delay[i]
        known = truth != UNKNOWN if k else not np.isnan(answers.known[i])
        found["n"][group] += sign
        found["labelled"][group] += sign * known
        if k:
            found["cells"][group, truth if known else k, label] += sign
        elif known:
            found["scores"][group, error_bin(np.abs(answers.value[i] - answers.known[i]))] += sign
        for s, name in enumerate(layout.scored):
            p, place = answers.probabilities[i, s], layout.classes.index(name)
            if not np.isnan(p):
                state = 0 if not known else 2 if truth == place else 1
                found["scores"][group, s, state, int(label == place), int(p * BINS)] += sign
        if known and not np.isnan(delay):
            for side, place in enumerate((truth, label) if k else (0, 0)):
                found["delays"][group, side, place, delay_bin(delay)] += sign
    return found


@settings(max_examples=40)
@given(pairs())
def test_many_at_once_is_one_by_one(pair: tuple[Layout, Answers]) -> None:
    layout, answers = pair

    found = dense(layout, counted(layout, answers, PERIODS))

    for name, expected in one_by_one(layout, answers).items():
        assert np.array_equal(found[name].reshape(expected.shape), expected), name


def test_moments_are_the_sums_they_are_named_for() -> None:
    value, known = np.array([1.0, 4.0, np.nan, 3.0]), np.array([2.0, 0.0, np.nan, np.nan])
    n, none = len(value), np.full(4, np.nan)
    where, there = np.zeros(n, np.int64), np.ones(n, np.int64)
    numbers = Answers(
        there, where, there, there, np.zeros((n, 0)), none, value, known, none, np.stack([value, value**2], 1)
    )

    found = dict(zip(MOMENTS, counted(Layout(Task.REGRESSION), numbers, 1).moments[0], strict=True))

    assert found == pytest.approx({
        **dict.fromkeys(MOMENTS, 0.0),
        "absolute": 5, "squared": 17, "fourth": 257, "truth": 2, "truth_squared": 4, "relative": 0.5, "relative_n": 1,
        "value": 8, "value_squared": 26, "expected_absolute": 8, "expected_squared": 26, "expected_n": 3,
    })  # fmt: skip

    p = np.array([0.9, 0.2])
    classes = Answers(
        there[:2], where[:2], there[:2], np.array([1, 0]), p[:, None], np.array([0.9, 0.8]), none[:2], none[:2],
        none[:2], np.full((2, 2), np.nan),
    )  # fmt: skip

    found = dict(zip(MOMENTS, counted(LAYOUTS[0], classes, 1).moments[0], strict=True))

    assert found["log_loss"] == pytest.approx(-log(0.9) - log(0.8))
    assert (found["log_loss_n"], found["brier_n"]) == (2, 2)
    assert found["brier"] == pytest.approx(0.1**2 + 0.2**2)


@settings(max_examples=40)
@given(pairs(), st.data())
def test_what_comes_and_goes_leaves_nothing(pair: tuple[Layout, Answers], data: st.DataObject) -> None:
    layout, answers = pair
    more = data.draw(some_answers(layout))
    gone = replace(more, sign=-more.sign)

    alone = counted(layout, answers, PERIODS)
    both = counted(layout, Answers.joined([answers, more, gone]), PERIODS)

    for name, values in dense(layout, alone).items():
        assert np.array_equal(values, dense(layout, both)[name]), name
    scale = np.abs(both.taken) + np.abs(alone.moments)
    assert (np.abs(both.moments - alone.moments) <= 1e-12 * scale).all()


@settings(max_examples=40)
@given(pairs(), st.data())
def test_stored_sums_and_new_ones_are_added(pair: tuple[Layout, Answers], data: st.DataObject) -> None:
    layout, first = pair
    second = data.draw(some_answers(layout))
    stored, new = (counted(layout, some, PERIODS) for some in (first, second))

    for part in COUNTS:
        before = merged(stored, part, [b""] * PERIODS)
        after = merged(new, part, before)
        assert after == merged(counted(layout, Answers.joined([second, first]), PERIODS), part, [b""] * PERIODS)


@settings(max_examples=40)
@given(pairs())
def test_hours_make_days_and_days_make_weeks(pair: tuple[Layout, Answers]) -> None:
    layout, answers = pair
    day = np.array([0, 0, 1, 1])
    hours, days = (
        counted(layout, answers, PERIODS), counted(layout, replace(answers, group=day[answers.group]), 2),
    )  # fmt: skip
    parts = {part: decoded(layout, part, merged(hours, part, [b""] * PERIODS)) for part in COUNTS}
    series = Series(layout, hours.n, hours.labelled, moments=hours.moments, **parts)

    for name, values in dense(layout, hours.regrouped(day, 2)).items():
        assert np.array_equal(values, dense(layout, days)[name]), name
    by_day, at_once = series.added(day, 2), series.total()
    for name in ("n", "labelled", *PARTS):
        assert np.allclose(getattr(by_day.total(), name), getattr(at_once, name), rtol=1e-9, atol=1e-9), name
    for part in COUNTS:
        assert np.array_equal(getattr(by_day, part), dense(layout, days)[part])


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2**31), st.integers(-3, 3)), max_size=30))
def test_entries_are_added_wherever_they_lie(entries: list[tuple[int, int, int]]) -> None:
    group, slot, sums = np.array(entries, np.int64).reshape(-1, 3).T

    found = list(zip(*(values.tolist() for values in summed(group, slot, sums)), strict=True))

    totals: dict[tuple[int, int], int] = {}
    for g, s, count in entries:
        totals[g, s] = totals.get((g, s), 0) + count
    assert found == [(*key, total) for key, total in sorted(totals.items()) if total]


@given(st.lists(st.dictionaries(st.integers(0, 4799), st.integers(1, 2**31 - 1), max_size=20), min_size=1, max_size=5))
def test_coded_counts_are_read_as_they_were_written(periods: list[dict[int, int]]) -> None:
    layout = Layout(Task.MULTICLASS, ("a", "b", "c", "d"))
    flat = np.zeros((len(periods), 4 * 3 * 2 * BINS), np.int64)
    for i, slots in enumerate(periods):
        flat[i, list(slots)] = list(slots.values())
    group, slot = np.nonzero(flat)

    contents = coded_entries(group, slot, flat[group, slot], len(periods))

    assert np.array_equal(decoded(layout, "scores", contents).reshape(flat.shape), flat)


@pytest.mark.parametrize("number", [1e300, -1e300, 1e-320, 0.0])
def test_no_number_spoils_a_sum(number: float) -> None:
    none, one = np.full(1, np.nan), np.ones(1, np.int64)
    answer = Answers(
        one,
        0 * one,
        one,
        one,
        np.zeros((1, 0)),
        none,
        np.array([number]),
        np.array([-number]),
        none,
        np.full((1, 2), 1.0),
    )

    found = counted(Layout(Task.REGRESSION), answer, 1)

    assert np.isfinite(found.moments).all()


def test_a_label_that_the_model_does_not_know_is_counted_as_an_answer_only() -> None:
    layout = LAYOUTS[0]
    answers = Answers(
        *(np.ones((1, 1)) if f.name == "probabilities" else np.ones(1, np.int64) for f in fields(Answers))
    )
    answers = replace(answers, group=np.zeros(1, np.int64), label=np.array([UNKNOWN]), expected=np.full((1, 2), np.nan))

    found = dense(layout, counted(layout, answers, 1))

    assert (found["n"].sum(), found["cells"].sum(), found["delays"].sum()) == (1, 0, 0)
    assert found["labelled"].tolist() == [1]
