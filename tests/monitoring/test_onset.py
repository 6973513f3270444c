"""Onset: ADWIN's cuts are those of every window looked at by hand; a rise is told when it lasts, and only then."""

from math import log, sqrt

import numpy as np
import pytest

from mms.domain.projects import Task
from mms.monitoring.onset import DELTA, Cut, Errors, adwin, errors_of, onset, page_hinkley
from mms.monitoring.sums import Layout, Series


def of(*rows: tuple[int, float]) -> Errors:
    """Periods of wrong answers: (n, wrong)."""
    n, wrong = (np.array(column, np.float64) for column in zip(*rows, strict=True))
    return Errors(n, wrong, wrong)


def by_hand(values: list[list[float]], delta: float) -> list[Cut]:
    """ADWIN over periods of single errors: every window, every cut and every sum from its values."""
    cuts, start = [], 0
    for end in range(1, len(values) + 1):
        found = None
        while start < end - 1:
            window = [x for period in values[start:end] for x in period]
            mean = sum(window) / len(window)
            variance = sum((x - mean) ** 2 for x in window) / len(window)
            logarithm = log(2 * max(1.0, log(len(window))) / delta)
            best = None
            for middle in range(start + 1, end):
                old = [x for period in values[start:middle] for x in period]
                new = [x for period in values[middle:end] for x in period]
                shares = 1 / len(old) + 1 / len(new)
                limit = sqrt(2 * shares * variance * logarithm) + 2 / 3 * shares * logarithm
                before, after = sum(old) / len(old), sum(new) / len(new)
                excess = abs(before - after) - limit
                if best is None or excess > best[0]:
                    best = (excess, Cut(middle, end - 1, before, after))
            if best is None or best[0] < 0:
                break
            found = found or best[1]
            start += 1
        if found:
            cuts.append(found)
    return cuts


def a_stream(random: np.random.Generator) -> list[list[float]]:
    """Periods of one to forty errors that change their mean once or never; half are wrong answers, half any number."""
    periods = int(random.integers(2, 14))
    change, low, high = random.integers(0, periods + 1), *random.uniform(0, 1, 2)
    means = [low if i < change else high for i in range(periods)]
    size = random.integers(1, 40, periods)
    if random.random() < 0.5:
        return [(random.random(k) < mean).astype(float).tolist() for k, mean in zip(size, means, strict=True)]
    return [np.clip(random.normal(mean, 0.1, k), 0, 1).tolist() for k, mean in zip(size, means, strict=True)]


@pytest.mark.slow
def test_adwin_cuts_where_every_window_looked_at_by_hand_falls_apart() -> None:
    random = np.random.default_rng(7)
    cut = 0
    for _ in range(1000):
        values = a_stream(random)
        errors = Errors(
            np.array([float(len(period)) for period in values]),
            np.array([sum(period) for period in values]),
            np.array([sum(x * x for x in period) for period in values]),
        )

        ours, theirs = adwin(errors, 0.05), by_hand(values, 0.05)

        assert [(c.at, c.seen) for c in ours] == [(c.at, c.seen) for c in theirs]
        assert [(c.before, c.after) for c in ours] == [pytest.approx((c.before, c.after)) for c in theirs]
        cut += bool(ours)
    assert 200 < cut < 900  # both kinds of stream were among them


def test_a_jump_is_found_where_it_happened() -> None:
    cut = adwin(of(*[(200, 20)] * 10, *[(200, 60)] * 5))[0]

    assert cut.at == 10
    assert (cut.before, cut.after) == pytest.approx((0.1, 0.3))
    assert cut.rose


def test_periods_without_answers_do_not_move_the_cut() -> None:
    errors = of(*[(200, 20)] * 10, (0, 0), (0, 0), *[(200, 60)] * 5)

    assert adwin(errors)[0].at == 12


@pytest.mark.parametrize(
    ("rows", "at"),
    [
        ([(200, 20)] * 30, None),
        ([(200, 20)] * 15 + [(200, 60)] * 15, 15),
        ([(200, 60)] * 15 + [(200, 20)] * 15, None),
        ([(200, 20)] * 10 + [(200, 60)] * 3 + [(200, 20)] * 30, None),
        ([(20_000, 2_000)] * 15 + [(20_000, 2_300)] * 15, None),
        ([(200, 20)] * 10 + [(200, 40)] * 10 + [(200, 70)] * 10, 10),
        ([], None),
        ([(5, 0)], None),
        ([(0, 0)] * 9, None),
    ],
    ids=["stable", "rise", "fall", "passing", "small", "two steps", "nothing", "one", "no labels"],
)
def test_a_rise_is_told_when_it_is_large_and_lasts(rows: list[tuple[int, float]], at: int | None) -> None:
    found = onset(of(*rows) if rows else Errors(np.zeros(0), np.zeros(0), np.zeros(0)))

    assert (found.at if found else None) == at
    if found:
        assert found.after > found.before


def test_page_and_hinkley_walk_as_their_definition_says() -> None:
    random = np.random.default_rng(3)
    n = random.integers(300, 600, 60).astype(float)
    wrong = np.array([(random.random(int(k)) < (0.1 if i < 40 else 0.25)).sum() for i, k in enumerate(n)], float)

    found = page_hinkley(Errors(n, wrong, wrong), 0.01, 0.001)

    count = total = walk = least = 0.0
    at = None
    for i, (k, s) in enumerate(zip(n, wrong, strict=True)):
        mean, smooth = total / max(1, count), (total + 0.5) / (count + 1)
        variance = smooth * (1 - smooth)
        if not count or 9 * variance / count > 0.01**2:
            count, total = count + k, total + s
            continue
        at = i if at is None else at
        walk += s - k * (mean + 0.01)
        if walk - least > log(1000) * variance / 0.02:
            break
        if walk < least:
            least, at = walk, i + 1
        count, total = count + k, total + s
    assert found is not None
    assert (found.at, found.seen) == (at, i)
    assert 36 <= found.at <= 41


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "n"), [(0.05, 40), (0.3, 40), (0.3, 400), (0.5, 2000)])
def test_stable_streams_hardly_ever_alarm(rate: float, n: int) -> None:
    random = np.random.default_rng(11)
    told = seen = 0
    for _ in range(400):
        wrong = random.binomial(n, rate, 90).astype(float)
        errors = Errors(np.full(90, float(n)), wrong, wrong)
        told += onset(errors) is not None
        seen += page_hinkley(errors) is not None

    assert told <= 4  # 1 %; ADWIN's own bound is delta a window
    assert seen <= 20


@pytest.mark.parametrize(
    ("metric", "n", "wrong"),
    [("precision", 30, 10), ("recall", 25, 5), ("f1", 35, 15), ("accuracy", 100, 15), ("roc_auc", 100, 15)],
)
def test_a_metric_counts_the_rows_that_lower_it(metric: str, n: int, wrong: int) -> None:
    layout = Layout(Task.BINARY, ("no", "yes"), "yes")
    cells = np.array([[[65, 10], [5, 20], [7, 3]]])
    series = Series(layout, np.array([110]), np.array([100]), cells=cells)

    errors = errors_of(series, metric)

    assert (errors.n.tolist(), errors.total.tolist()) == ([n], [wrong])


def test_numbers_err_by_their_absolute_error() -> None:
    moments = np.zeros((2, 16))
    moments[:, 0], moments[:, 1] = (20, 60), (50, 450)
    series = Series(Layout(Task.REGRESSION), np.array([10, 10]), np.array([10, 10]), moments=moments)

    errors = errors_of(series, "rmse")

    assert errors.total.tolist() == [20, 60]
    assert errors.scale == pytest.approx(6 * 5)
    assert DELTA < 0.05
