"""Answers turned into sums: what each adds to its hour, and how entries of many buckets are added up at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from mms.domain.projects import Task
from mms.monitoring.sums import BINS, DELAY_BINS, ERROR_BINS, MOMENTS, Layout, coded_entries, entries_of

UNKNOWN = -1
"""The code of a truth that is not known yet, and of a class that the model does not know."""

_TINY = np.finfo(np.float64).eps

_LARGEST = 1e70
"""Numbers beyond it count as it, so that fourth powers of errors still add up."""

_ROOMY = 16
"""Places an entry up to which all places are counted, instead of sorting the entries."""


@dataclass(frozen=True, slots=True)
class Answers:
    """N counted answers of one model; sign +1 adds one, -1 takes it away again (a truth that was corrected).

    group: (N,) which period each lies in. label, truth: (N,) codes of classes, UNKNOWN without one.
    probabilities: (N, scored) of the layout's scored classes, NaN where none was given; likelihood: (N,) probability of
    the truth, NaN where unknown. value, known: (N,) numbers, NaN where unknown. delay: (N,) hours from answer to truth,
    NaN without one. expected: (N, 2) absolute and squared error that was expected, NaN where none was.
    """

    sign: np.ndarray
    group: np.ndarray
    label: np.ndarray
    truth: np.ndarray
    probabilities: np.ndarray
    likelihood: np.ndarray
    value: np.ndarray
    known: np.ndarray
    delay: np.ndarray
    expected: np.ndarray

    @staticmethod
    def joined(some: Sequence["Answers"]) -> "Answers":
        """Several, as one."""
        return Answers(*(np.concatenate([getattr(one, part.name) for one in some]) for part in fields(Answers)))


@dataclass(frozen=True, slots=True)
class Counted:
    """What answers add to their periods. n, labelled: (G,). moments: (G, len(MOMENTS)).

    taken: (G, len(MOMENTS)) the sizes of what was taken away in `moments`: a sum far smaller than that has lost digits.
    entries: part -> (group, slot, sum), sorted by group and slot, without zeros.
    """

    n: np.ndarray
    labelled: np.ndarray
    moments: np.ndarray
    taken: np.ndarray
    entries: Mapping[str, tuple[np.ndarray, np.ndarray, np.ndarray]]

    def regrouped(self, groups: np.ndarray, count: int) -> "Counted":
        """The same in longer periods. groups: (G,) which of `count` each lies in."""
        n, labelled = np.zeros(count, np.int64), np.zeros(count, np.int64)
        moments, taken = np.zeros((2, count, self.moments.shape[1]))
        for sums, added in ((n, self.n), (labelled, self.labelled), (moments, self.moments), (taken, self.taken)):
            np.add.at(sums, groups, added)
        entries = {part: summed(groups[group], slot, sums) for part, (group, slot, sums) in self.entries.items()}
        return Counted(n, labelled, moments, taken, entries)


def counted(layout: Layout, answers: Answers, periods: int) -> Counted:
    """What the answers add to each of so many periods."""
    sign, group = answers.sign, answers.group
    labelled = (answers.truth != UNKNOWN) if layout.classes else ~np.isnan(answers.known)
    slots = {"cells": _cells(layout, answers), "scores": _scores(layout, answers, labelled)}
    slots["delays"] = _delays(layout, answers, labelled)
    entries = {part: summed(group[rows], slot, sign[rows]) for part, (rows, slot) in slots.items()}
    moments, taken = np.zeros((2, periods, len(MOMENTS)))
    for name, values in _moments(layout, answers).items():
        there, column = ~np.isnan(values), MOMENTS.index(name)
        gone = there & (sign < 0)
        moments[:, column] = np.bincount(group[there], (sign * values)[there], periods)
        taken[:, column] = np.bincount(group[gone], np.abs(values[gone]), periods)
    n = np.bincount(group, weights=sign, minlength=periods).astype(np.int64)
    known = np.bincount(group, weights=sign * labelled, minlength=periods).astype(np.int64)
    return Counted(n, known, moments, taken, entries)


def summed(group: np.ndarray, slot: np.ndarray, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Entries of equal group and slot added up, sorted, zeros left out."""
    width = int(slot.max(initial=0)) + 1
    key = group.astype(np.int64) * width + slot
    if int(key.max(initial=0)) <= _ROOMY * len(key):
        total = np.bincount(key, weights=sums).astype(np.int64)  # quicker than sorting, where there is little room
        key = np.arange(len(total))
    else:
        key, place = np.unique(key, return_inverse=True)
        total = np.bincount(place, weights=sums, minlength=len(key)).astype(np.int64)
    kept = np.flatnonzero(total)
    return key[kept] // width, key[kept] % width, total[kept]


def merged(counts: Counted, part: str, present: Sequence[bytes]) -> list[bytes]:
    """The stored bytes of a part of each period, with what was counted added. present: one a period, in order."""
    group, slot, sums = entries_of(present)
    new_group, new_slot, new_sums = counts.entries[part]
    added = summed(
        np.concatenate([group, new_group]), np.concatenate([slot, new_slot]), np.concatenate([sums, new_sums])
    )
    return coded_entries(*added, len(present))


def _cells(layout: Layout, answers: Answers) -> tuple[np.ndarray, np.ndarray]:
    k = len(layout.classes)
    if not k:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    rows = np.flatnonzero(answers.label != UNKNOWN)
    truth = np.where(answers.truth == UNKNOWN, k, answers.truth)
    return rows, (truth * k + answers.label)[rows]


def _scores(layout: Layout, answers: Answers, labelled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if layout.task is Task.REGRESSION:
        rows = np.flatnonzero(labelled)
        return rows, error_bin(np.abs(answers.value - answers.known)[rows])
    places: list[np.ndarray] = [np.zeros(0, np.int64)]
    found: list[np.ndarray] = [np.zeros(0, np.int64)]
    for i, name in enumerate(layout.scored):
        place = layout.classes.index(name)
        given = answers.probabilities[:, i]
        there = np.flatnonzero(~np.isnan(given))
        bin_ = np.clip((given[there] * BINS).astype(np.int64), 0, BINS - 1)
        truth = np.where(answers.truth == UNKNOWN, 0, np.where(answers.truth == place, 2, 1))[there]
        label = (answers.label == place)[there]
        places.append(there)
        found.append(((i * 3 + truth) * 2 + label) * BINS + bin_)
    return np.concatenate(places), np.concatenate(found)


def _delays(layout: Layout, answers: Answers, labelled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    _, k, bins = layout.shapes["delays"]
    rows = np.flatnonzero(labelled & ~np.isnan(answers.delay) & ((answers.label != UNKNOWN) | (not layout.classes)))
    bin_ = delay_bin(answers.delay[rows])
    truth, label = (answers.truth[rows], answers.label[rows]) if layout.classes else (0, 0)
    return np.concatenate([rows, rows]), np.concatenate([truth * bins + bin_, (k + label) * bins + bin_])


def _moments(layout: Layout, answers: Answers) -> dict[str, np.ndarray]:
    if layout.task is Task.REGRESSION:
        return _of_numbers(answers)
    found = {"log_loss": -np.log(np.clip(answers.likelihood, _TINY, 1.0))}
    found["log_loss_squared"] = found["log_loss"] ** 2
    found["log_loss_n"] = np.where(np.isnan(answers.likelihood), np.nan, 1.0)
    if layout.task is Task.BINARY and layout.scored:
        hit = answers.truth == layout.classes.index(layout.scored[0])
        off = np.where(answers.truth == UNKNOWN, np.nan, answers.probabilities[:, 0] - hit)
        found["brier"], found["brier_squared"] = off**2, off**4
        found["brier_n"] = np.where(np.isnan(off), np.nan, 1.0)
    return found


def _of_numbers(answers: Answers) -> dict[str, np.ndarray]:
    value, known = (np.clip(numbers, -_LARGEST, _LARGEST) for numbers in (answers.value, answers.known))
    error, expected = value - known, answers.expected
    far = np.maximum(np.abs(known), np.abs(error) / _LARGEST)
    relative = np.divide(np.abs(error), far, out=np.full(len(known), np.nan), where=known != 0)
    return {
        "absolute": np.abs(error), "squared": error**2, "fourth": error**4, "truth": known, "truth_squared": known**2,
        "relative": relative, "relative_n": np.where(np.isnan(relative), np.nan, 1.0),
        "value": value, "value_squared": value**2,
        "expected_absolute": expected[:, 0], "expected_squared": expected[:, 1],
        "expected_n": np.where(np.isnan(expected[:, 0]), np.nan, 1.0),
    }  # fmt: skip


def delay_bin(hours: np.ndarray) -> np.ndarray:
    """The bin of each delay: half an octave wide, the first from 0 to 25 minutes."""
    bins: np.ndarray = np.clip((2 * np.log2(1 + np.maximum(hours, 0))).astype(np.int64), 0, DELAY_BINS - 1)
    return bins


def error_bin(absolute: np.ndarray) -> np.ndarray:
    """The bin of each absolute error: half a decade wide, the first up to 1e-12."""
    with np.errstate(divide="ignore"):
        bins: np.ndarray = np.clip(np.floor(2 * np.log10(absolute) + 25), 0, ERROR_BINS - 1).astype(np.int64)
    return bins
