"""Triples drawn at random from a space, and the neighbours of one triple."""

from collections.abc import Iterator, Mapping
from math import exp, log, sqrt

import numpy as np

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.search import Choice, Range
from mms.domain.triples import Parameter, Triple, Value
from mms.ml.algorithms import algorithm_named
from mms.ml.spaces import checked_count, checked_space, made_triple

_MISSES = 100
"""Draws in a row that give nothing new before a space counts as used up."""

_STEP = 2.0
"""A neighbour on a logarithmic scale is this many times as large, or as small."""

_SHARE = 0.1
"""A neighbour on a linear scale lies this share of the range away."""


def sample(space: Mapping[str, Choice], count: int, seed: int, task: Task) -> list[Triple]:
    """`count` different triples drawn from a space (algorithm -> choice), or all it holds where those are fewer.

    Each algorithm is equally likely, then each of its recipes and values; numbers are drawn from their range, evenly
    over its logarithm where the parameter's scale is "log". The same seed draws the same triples.
    """
    if not space:
        raise Invalid("There is nothing to draw from: choose at least one algorithm.")
    checked, chance = checked_space(space, task), np.random.default_rng(seed)
    choices = [(algorithm_named(name, task), choice) for name, choice in checked.items()]
    triples, misses = dict[str, Triple](), 0
    while len(triples) < checked_count(count) and misses < _MISSES:
        algorithm, choice = choices[int(chance.integers(len(choices)))]
        recipe = choice.recipes[int(chance.integers(len(choice.recipes)))]
        known = {parameter.name: parameter for parameter in algorithm.parameters}
        drawn = {key: _drawn(known[key], values, chance) for key, values in choice.values.items()}
        triple = made_triple(algorithm, recipe, drawn)
        misses = misses + 1 if triple.hash in triples else 0
        triples.setdefault(triple.hash, triple)
    return list(triples.values())


def neighbourhood(triple: Triple, task: Task) -> list[Triple]:
    """The triple itself, then every triple that differs in one hyperparameter by one step on its scale.

    A step doubles or halves on a logarithmic scale and goes a tenth of the range on a linear one; whole numbers move by
    one at least; next to None lies the default, or the middle of the range; a choice is switched to each other choice.
    """
    algorithm = algorithm_named(triple.algorithm, task)
    full = made_triple(algorithm, triple.recipe, triple.hyperparameters)
    near = {full.hash: full}
    for parameter in algorithm.parameters:
        for value in _beside(parameter, full.hyperparameters[parameter.name]):
            other = made_triple(algorithm, triple.recipe, {**full.hyperparameters, parameter.name: value})
            near.setdefault(other.hash, other)
    return list(near.values())


def _drawn(parameter: Parameter, values: tuple[Value, ...] | Range, chance: np.random.Generator) -> Value:
    if not isinstance(values, Range):
        return values[int(chance.integers(len(values)))]
    low, high = values.low, values.high
    if parameter.scale == "log" and low > 0:
        drawn = exp(chance.uniform(log(low), log(high)))
    elif parameter.kind == "integer":
        drawn = float(chance.integers(int(low), int(high) + 1))
    else:
        drawn = chance.uniform(low, high)
    return fitted_value(parameter, drawn, values)


def fitted_value(parameter: Parameter, value: float, within: Range) -> Value:
    """Within the range, whole where whole numbers are asked for, else to 4 digits: nobody can read more."""
    whole = parameter.kind == "integer"
    near = min(within.high, max(within.low, round(value) if whole else float(f"{value:.4g}")))
    return int(near) if whole else near


def _beside(parameter: Parameter, value: Value) -> Iterator[Value]:
    """The values one step away."""
    if parameter.kind == "choice":
        yield from (choice for choice in parameter.choices if choice != value)
    elif parameter.kind == "boolean":
        yield not value
    elif isinstance(value, int | float):
        yield from _steps(parameter, value)
    elif isinstance(parameter.default, int | float):
        yield parameter.default
    elif parameter.low and parameter.high:
        yield fitted_value(parameter, sqrt(parameter.low * parameter.high), Range(parameter.low, parameter.high))
    if parameter.optional and value is not None:
        yield None


def _steps(parameter: Parameter, value: float) -> Iterator[Value]:
    low = -np.inf if parameter.low is None else parameter.low
    high = np.inf if parameter.high is None else parameter.high
    if parameter.scale == "log" and value > 0:
        steps = (value / _STEP, value * _STEP)
    else:
        # Where the range says little about a step (a limit, a penalty up to 10,000), the value itself does.
        step = min(_SHARE * (high - low), abs(value) / _STEP if value else _SHARE)
        steps = (value - step, value + step)
    if parameter.kind == "integer":
        steps = (min(steps[0], value - 1), max(steps[1], value + 1))
    for near in steps:
        fitted = fitted_value(parameter, near, Range(low, high))
        if fitted != value:
            yield fitted
