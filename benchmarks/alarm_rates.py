"""How often decay, onset and drift alarm where nothing changes, and how soon where something does; by simulation.

Streams of a year and a half of daily answers of a classifier, with several numbers of answers and several base rates,
judged month by month as the product judges them. Beside it the controls: who always alarms is never late and always
wrong, who never does is never wrong and never there.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.report import Bar, bar, report
from mms.domain.decay import DecayPoint, Grain, judge_decay
from mms.domain.drift import FeatureKind
from mms.domain.projects import Task
from mms.ml.monitoring.calibration import calibrated
from mms.monitoring.drift import CHANCE, measured
from mms.monitoring.estimated import estimated_series
from mms.monitoring.metrics import metric_series
from mms.monitoring.onset import errors_of, onset
from mms.monitoring.references import binned, learnt
from mms.monitoring.sums import BINS, Layout, Series

STREAMS = 1_000
MONTH, MONTHS, YEAR = 30, 18, 12
DROP_AT = 8
"""The month whose answers are the first that are worse."""

SIZES = (10, 100, 1_000)
"""Answers a day."""

RATES = (0.05, 0.2, 0.5)
"""Shares of positive rows."""

RECALL, WORSE, FALSE_ALARMS, HOLDOUT = 0.8, 0.6, 0.1, 3_000
NOMINAL = 0.05
"""Share of stable streams that may ever alarm in a year: bands are of 95 %."""

LAYOUT = Layout(Task.BINARY, ("no", "yes"), "yes")
NOW = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stream:
    """Daily sums with a reference of its own; n: answers a day, rate: share of positive rows."""

    n: int
    rate: float
    days: Series
    reference: Series


def main() -> int:
    """Print the table, or one JSON object; 1 when a bar is missed."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--streams", type=int, default=STREAMS, help="simulated streams of each kind")
    options = parser.parse_args()
    random = np.random.default_rng(2026)
    bars = [*stable(random, options.streams), *dropped(random, options.streams)]
    bars += [*drift(random, options.streams), *promised(random, options.streams)]
    return report(bars, as_json=options.json)


def stable(random: np.random.Generator, streams: int) -> Iterator[Bar]:
    """Alarms of streams in which nothing changes, in twelve monthly looks."""
    for metric in ("f1", "accuracy", "recall"):
        alarms = [first_alarm(one, metric) is not None for one in some(random, streams, drop=False)]
        yield bar(f"stable streams that ever alarm of decay in a year, {metric}", float(np.mean(alarms)), NOMINAL, "")
    rises = [onset(errors_of(one.days, "accuracy")) is not None for one in some(random, streams, drop=False)]
    yield bar("stable streams with an onset in a year", float(np.mean(rises)), NOMINAL, "")
    yield bar("... control: who always alarms", 1.0, 1.0, "")
    yield bar("... control: who never alarms", 0.0, NOMINAL, "")


def dropped(random: np.random.Generator, streams: int) -> Iterator[Bar]:
    """Streams whose recall falls from 0.8 to 0.6 in a known month: months from it to the alarm, and who is missed."""
    for n in SIZES:
        found = [
            (first_alarm(one, "f1", MONTHS), onset(errors_of(one.days, "recall")))
            for one in some(random, streams, drop=True)
            if one.n == n
        ]
        early = np.mean([month is not None and month < DROP_AT for month, _ in found])
        delays = np.array([month - DROP_AT + 1 for month, _ in found if month is not None and month >= DROP_AT])
        seen = [rise.at - DROP_AT * MONTH for _, rise in found if rise is not None]
        words = f"{n * MONTH:,} answers a month"
        yield bar(
            f"a fall of recall from 0.8 to 0.6, {words}: found by F1", len(delays) / len(found), 0.0, "", at_least=True
        )
        yield bar(f"... alarms before it, {words}", float(early), NOMINAL, "")
        yield bar(f"... median delay to the alarm, {words}", _median(delays), MONTHS - DROP_AT, "months")
        yield bar(f"... median error of the onset, {words}", _median(np.abs(seen)), MONTH * MONTHS, "days")
    yield bar("... control: delay of who always alarms", 0.0, 0.0, "months")
    yield bar("... control: found by who never alarms", 0.0, 1.0, "")


def drift(random: np.random.Generator, streams: int) -> Iterator[Bar]:
    """Alarms of features that do not drift, and of numbers that moved by half a standard deviation."""
    draws = {
        "numbers": (FeatureKind.NUMBERS, lambda n, moved: random.normal(0.5 * moved, 1, n)),
        "counts": (FeatureKind.NUMBERS, lambda n, moved: random.poisson(2 + moved, n).astype(float)),
        "categories": (FeatureKind.CATEGORIES, lambda n, moved: [f"k{k}" for k in random.zipf(1.6 + 0.4 * moved, n)]),
    }
    periods = max(1, 20 * streams // 60)
    for name, (kind, draw) in draws.items():
        calm, found = [], []
        for n, m in ((300, 60), (3_000, 100), (3_000, 1_500)):
            for _ in range(max(1, periods // 20)):
                reference = learnt("x", kind, draw(n, 0))
                for moved, alarms in ((0, calm), (1, found)):
                    groups = np.repeat(np.arange(20), m)
                    counts = binned(reference, draw(20 * m, moved), groups, 20)
                    alarms.extend(measured(reference, counts.counts, counts.moments).drifted.tolist())
        yield bar(f"stable periods that alarm of drift, {name} ({len(calm):,})", float(np.mean(calm)), 2 * CHANCE, "")
        yield bar(f"... periods that moved and alarm, {name}", float(np.mean(found)), 0.0, "", at_least=True)


def promised(random: np.random.Generator, streams: int) -> Iterator[Bar]:
    """How often the realised metric lies in the band that was promised without labels (CBPE), nominal 95 %."""
    kept = dict.fromkeys(("accuracy", "precision", "recall", "f1", "roc_auc"), 0)
    for _ in range(streams):
        score, hit = _scored(random, 2_000)
        calibration = calibrated(score[:, None], hit[:, None])
        series = _series(*_scored(random, 1_000))
        for metric in kept:
            band = estimated_series(series, calibration, metric)
            realised = metric_series(series, metric).value[0]
            kept[metric] += bool(band.low[0] <= realised <= band.high[0])
    for metric, count in kept.items():
        yield bar(f"promised bands that hold, {metric} (at least)", count / streams, 0.93, "", at_least=True)
        yield bar(f"promised bands that hold, {metric} (at most)", count / streams, 0.97, "")


def some(random: np.random.Generator, streams: int, *, drop: bool) -> Iterator[Stream]:
    """So many streams, of all sizes and rates in turn."""
    for i in range(streams):
        n, rate = SIZES[i % 3], RATES[i // 3 % 3]
        months = MONTHS if drop else YEAR
        recall = np.where(np.arange(months * MONTH) < DROP_AT * MONTH, RECALL, WORSE if drop else RECALL)
        reference = _days(random, HOLDOUT, rate, np.array([RECALL]))
        yield Stream(n, rate, _days(random, n, rate, recall), reference)


def first_alarm(stream: Stream, metric: str, months: int = YEAR) -> int | None:
    """The first month (from 0) at whose end decay is told."""
    group = np.arange(len(stream.days)) // MONTH
    monthly = stream.days.added(group, months)
    estimates = metric_series(monthly, metric)
    reference = metric_series(stream.reference, metric).at(0)
    points = [
        DecayPoint(
            datetime(2028 + i // 12, i % 12 + 1, 1, tzinfo=UTC), 1, estimates.at(i), int(monthly.n[i]),
            int(monthly.labelled[i]), grain=Grain.MONTH,
        )
        for i in range(months)
    ]  # fmt: skip
    return next((i for i in range(months) if judge_decay(points[: i + 1], reference, metric).decaying), None)


def _days(random: np.random.Generator, n: int, rate: float, recall: np.ndarray) -> Series:
    """Daily confusion counts; recall: (days,)."""
    positive = random.binomial(n, rate, len(recall))
    hits, flagged = random.binomial(positive, recall), random.binomial(n - positive, FALSE_ALARMS * rate)
    cells = np.zeros((len(recall), 3, 2), np.int64)
    cells[:, 1, 1], cells[:, 1, 0] = hits, positive - hits
    cells[:, 0, 1], cells[:, 0, 0] = flagged, n - positive - flagged
    counts = np.full(len(recall), n)
    return Series(LAYOUT, counts, counts, cells)


def _scored(random: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores of a model that is too sure, and the truths that come of them."""
    chance = random.beta(1.5, 2.5, n)
    return chance**2 / (chance**2 + (1 - chance) ** 2), random.random(n) < chance


def _series(score: np.ndarray, hit: np.ndarray) -> Series:
    """One period of labelled answers."""
    label, truth = (score >= 0.5).astype(np.int64), hit.astype(np.int64)
    cells, scores = np.zeros((1, 3, 2), np.int64), np.zeros((1, 1, 3, 2, BINS), np.int64)
    np.add.at(cells[0], (truth, label), 1)
    np.add.at(scores[0, 0], (truth + 1, label, np.clip((score * BINS).astype(np.int64), 0, BINS - 1)), 1)
    n = np.array([len(score)])
    return Series(LAYOUT, n, n, cells, scores)


def _median(values: Sequence[float] | np.ndarray) -> float:
    return float(np.median(values)) if len(values) else float("nan")


if __name__ == "__main__":
    sys.exit(main())
