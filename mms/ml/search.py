"""Search by trials: Optuna proposes triples in the light of those before.

Ask and tell, by batches: each batch starts a fresh, seeded sampler on what is stored of the triples before it, so a run
that was killed proposes the same triples when it goes on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.search import Choice, Range
from mms.domain.triples import Parameter, Triple, Value
from mms.ml.algorithms import Algorithm, algorithm_named
from mms.ml.drawing import fitted_value, sample
from mms.ml.spaces import made_triple

BATCH = 4
"""Triples that are proposed at once, whatever the number of workers, so that a seed proposes the same everywhere."""

_ASKED = 8
"""How often Optuna may repeat itself, for each triple wanted, before the rest is drawn at random."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A triple and its mean score in stored units, greater is better; None where it failed."""

    triple: Triple
    score: float | None


def require_optuna() -> None:
    """Invalid where the package is not installed."""
    if find_spec("optuna") is None:
        raise Invalid(
            "A search by trials needs the package optuna, which is not installed here: install the extras "
            "(pip install -r requirements-extras.txt), or draw triples at random."
        )


def propose(space: Mapping[str, Choice], tried: Sequence[Tried], count: int, seed: int, task: Task) -> list[Triple]:
    """Up to `count` new triples of a checked space (algorithm -> choice); fewer where the space is used up.

    The same space, tried triples (in order), count and seed give the same proposals.
    """
    require_optuna()
    optuna = import_module("optuna")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    own = int(np.random.SeedSequence([seed, len(tried)]).generate_state(1)[0])
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=own))
    suggestions = _Suggestions(optuna, space, task)
    study.add_trials(list(suggestions.told(tried)))
    known = {one.triple.hash for one in tried}
    proposed: dict[str, Triple] = {}
    for _ in range(_ASKED * count):
        if len(proposed) == count:
            break
        triple = suggestions.asked(study.ask())
        if triple.hash not in known:
            proposed.setdefault(triple.hash, triple)
    if len(proposed) < count:
        for triple in sample(space, len(known) + count, own, task):
            if triple.hash not in known and len(proposed) < count:
                proposed.setdefault(triple.hash, triple)
    return list(proposed.values())


class _Suggestions:
    """A space in Optuna's terms: the algorithm, then for each its recipe and parameters, named ALGORITHM.PARAMETER."""

    def __init__(self, optuna: Any, space: Mapping[str, Choice], task: Task) -> None:
        self._optuna = optuna
        self._space = space
        self._algorithms = {name: algorithm_named(name, task) for name in space}

    def asked(self, trial: Any) -> Triple:
        """The triple of a trial."""
        name = trial.suggest_categorical("algorithm", list(self._space))
        choice, algorithm = self._space[name], self._algorithms[name]
        suggested = {key: trial._suggest(key, each) for key, each in self._distributions(name).items()}
        values = {
            parameter.name: fitted_value(parameter, suggested[f"{name}.{parameter.name}"], chosen)
            if isinstance(chosen, Range)
            else chosen[suggested[f"{name}.{parameter.name}"]]
            for parameter, chosen in _chosen(algorithm, choice)
        }
        return made_triple(algorithm, choice.recipes[suggested[f"{name}.recipe"]], values)

    def told(self, tried: Sequence[Tried]) -> Iterator[Any]:
        """Finished trials; a triple from outside the space is left out."""
        states = self._optuna.trial.TrialState
        for one in tried:
            params = self._params(one.triple)
            if params is None:
                continue
            named = {"algorithm": self._optuna.distributions.CategoricalDistribution(list(self._space))}
            yield self._optuna.trial.create_trial(
                state=states.FAIL if one.score is None else states.COMPLETE,
                value=one.score,
                params=params,
                distributions=named | self._distributions(one.triple.algorithm),
            )

    def _distributions(self, name: str) -> dict[str, Any]:
        kinds, choice = self._optuna.distributions, self._space[name]
        found = {f"{name}.recipe": kinds.CategoricalDistribution(range(len(choice.recipes)))}
        for parameter, values in _chosen(self._algorithms[name], choice):
            key = f"{name}.{parameter.name}"
            if not isinstance(values, Range):
                found[key] = kinds.CategoricalDistribution(range(len(values)))
                continue
            log = parameter.scale == "log" and values.low > 0
            if parameter.kind == "integer":
                found[key] = kinds.IntDistribution(int(values.low), int(values.high), log=log)
            else:
                found[key] = kinds.FloatDistribution(values.low, values.high, log=log)
        return found

    def _params(self, triple: Triple) -> dict[str, Any] | None:
        """The triple's place in the space, or None where it lies outside."""
        choice, name = self._space.get(triple.algorithm), triple.algorithm
        if choice is None:
            return None
        recipes = [recipe.hash for recipe in choice.recipes]
        if triple.recipe.hash not in recipes:
            return None
        params: dict[str, Any] = {"algorithm": name, f"{name}.recipe": recipes.index(triple.recipe.hash)}
        for parameter, values in _chosen(self._algorithms[name], choice):
            place = _place(triple.hyperparameters[parameter.name], values)
            if place is None:
                return None
            params[f"{name}.{parameter.name}"] = place
        return params


def _chosen(algorithm: Algorithm, choice: Choice) -> list[tuple[Parameter, tuple[Value, ...] | Range]]:
    """The parameters that are tried, in the algorithm's order."""
    return [(p, choice.values[p.name]) for p in algorithm.parameters if p.name in choice.values]


def _place(value: Value, values: tuple[Value, ...] | Range) -> float | None:
    if isinstance(values, Range):
        inside = isinstance(value, int | float) and values.low <= value <= values.high
        return value if inside else None  # type: ignore[return-value]
    return values.index(value) if value in values else None
