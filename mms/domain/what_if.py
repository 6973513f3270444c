"""What-if: an answer to made-up values, what each feature did to it, and which training rows are like it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mms.domain.predictions import Answer

METHOD = (
    "Effect: the answer as it is, minus the mean answer when only this feature takes the values of training rows. "
    "Features that act together are not told apart, values that go together are torn apart, so effects need not add "
    "up to anything: they say what this model does, not what causes what."
)
"""Replacing one feature at a time by a background sample; see docs/statistics.md."""

NEAREST = (
    "Distance: root mean square over the model's columns, numbers and times in standard deviations of the training "
    "rows, other values 0 where equal and 1 where not; a value that is missing on one side only counts 1."
)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one feature did: the output as it is minus the mean output with background values, and their spread (sd)."""

    feature: str
    value: Any
    effect: float
    spread: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A training row. values: the model's columns as JSON values. truth: label or number."""

    row: int
    distance: float
    truth: str | float
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What a model says of one row of values, and why.

    output: what effects are measured on, in words ('P(yes)', 'the number'). background: training rows whose values
    stood in, 0 where there are none. asked: features whose effect was measured. searched: training rows among which the
    nearest were sought. outside: sentences about values that no training row had. note: why something is left out.
    """

    answer: Answer
    is_probability: bool
    output: str
    effects: tuple[Effect, ...]
    background: int
    asked: int
    nearest: tuple[Neighbour, ...]
    searched: int
    outside: tuple[str, ...]
    note: str | None = None
