"""Model selection triples: recipe + algorithm + hyperparameters, as data, never as code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sys import float_info
from typing import Any

from mms.domain.canonical import digest
from mms.domain.errors import Invalid

Value = bool | int | float | str | None

BASELINE = "dummy"
"""The algorithm that looks at no feature: every run holds it, so nobody needs to choose it."""


_SHOWN = 60
"""Characters of a wrong value that a sentence repeats."""


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


@dataclass(frozen=True, slots=True)
class Parameter:
    """One typed, ranged parameter of a vetted transformer or algorithm.

    kind: "integer", "number", "boolean" or "choice". low, high: inclusive bounds. choices: allowed values of a choice.
    optional: None is allowed. scale: "log" where a grid or slider should step by factors.
    """

    name: str
    kind: str
    default: Value
    low: float | None = None
    high: float | None = None
    choices: tuple[Value, ...] = ()
    optional: bool = False
    scale: str = "linear"
    explanation: str = ""

    def checked(self, value: Any, owner: str) -> Value:
        """The value, or Invalid with a sentence that says what the parameter of `owner` takes."""
        wrong = Invalid(f"Parameter '{self.name}' of '{owner}' takes {self.takes}; it got {_shown(value)}.")
        if value is None:
            if self.optional:
                return None
            raise wrong
        if self.kind == "choice":
            if any(value == choice and type(value) is type(choice) for choice in self.choices):
                return value  # type: ignore[no-any-return]
            raise wrong
        if self.kind == "boolean":
            if isinstance(value, bool):
                return value
            raise wrong
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= float_info.max:
            raise wrong
        if self.kind == "integer" and value != int(value):
            raise wrong
        low_ok = self.low is None or value >= self.low
        high_ok = self.high is None or value <= self.high
        if not (low_ok and high_ok):
            raise wrong
        return int(value) if self.kind == "integer" else float(value)

    @property
    def takes(self) -> str:
        """What the parameter takes, in words."""
        none = " or none" if self.optional else ""
        if self.kind == "choice":
            return "one of " + ", ".join(repr(choice) for choice in self.choices) + none
        if self.kind == "boolean":
            return "true or false" + none
        noun = "a whole number" if self.kind == "integer" else "a number"
        if self.low is not None and self.high is not None:
            return f"{noun} from {self.low:.10g} to {self.high:.10g}{none}"
        if self.low is not None:
            return f"{noun} of at least {self.low:.10g}{none}"
        return noun + none


def checked_parameters(
    given: Mapping[str, Any], known: Sequence[Parameter], owner: str, *, fill: bool = True
) -> dict[str, Value]:
    """Every known parameter with its given or default value; Invalid on an unknown name, wrong type or range."""
    names = {parameter.name for parameter in known}
    for name in given:
        if name not in names:
            raise Invalid(f"'{owner}' has no parameter '{name}'; it has {', '.join(sorted(names)) or 'none'}.")
    return {
        parameter.name: parameter.checked(given.get(parameter.name, parameter.default), owner)
        for parameter in known
        if fill or parameter.name in given
    }


@dataclass(frozen=True, slots=True)
class Step:
    """One vetted transformer with its parameters."""

    transformer: str
    parameters: Mapping[str, Value]

    def to_json(self) -> dict[str, Any]:
        """The step as plain JSON."""
        return {"transformer": self.transformer, "parameters": dict(self.parameters)}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Step":
        """The step that `to_json` wrote; KeyError or TypeError when the shape is wrong."""
        return Step(_text(value["transformer"]), dict(value["parameters"]))


@dataclass(frozen=True, slots=True)
class Branch:
    """The steps for one group of columns.

    columns: "numeric", "categorical", "boolean", "time", "text" (by type), or a tuple of column names.
    """

    columns: str | tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A feature pipeline as data: branches side by side, each a chain of vetted transformers.

    after: steps over all features side by side (selection, decomposition), in order.
    """

    name: str
    branches: tuple[Branch, ...]
    after: tuple[Step, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The recipe as plain JSON."""
        branches = [
            {
                "columns": b.columns if isinstance(b.columns, str) else list(b.columns),
                "steps": [s.to_json() for s in b.steps],
            }
            for b in self.branches
        ]
        after = {"after": [s.to_json() for s in self.after]} if self.after else {}
        return {"name": self.name, "branches": branches, **after}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Recipe":
        """The recipe that `to_json` wrote; Invalid when the shape is wrong."""
        try:
            return Recipe(
                name=str(value["name"]),
                branches=tuple(
                    Branch(
                        columns=b["columns"] if isinstance(b["columns"], str) else tuple(map(_text, b["columns"])),
                        steps=tuple(Step.from_json(s) for s in b["steps"]),
                    )
                    for b in value["branches"]
                ),
                after=tuple(Step.from_json(s) for s in value.get("after", ())),
            )
        except KeyError as error:
            raise Invalid(f"This is no recipe: it lacks {error}. A recipe has a name and branches.") from error
        except (TypeError, ValueError) as error:
            raise Invalid(
                "This is no recipe: it has a name and branches, a branch columns and steps, a step a transformer's "
                "name and parameters."
            ) from error

    @property
    def hash(self) -> str:
        """SHA-256 of what the recipe does; its name does not count."""
        content = self.to_json()
        del content["name"]
        return digest(content if self.after else content["branches"])


@dataclass(frozen=True, slots=True)
class Triple:
    """What is fitted: recipe x algorithm x hyperparameters. Unfitted, and equal when its hash is equal.

    members: of an ensemble ("voting", "stacking"), the triples whose answers it combines; its recipe is empty then.
    """

    recipe: Recipe
    algorithm: str
    hyperparameters: Mapping[str, Value]
    members: tuple["Triple", ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The triple as plain JSON."""
        members = {"members": [member.to_json() for member in self.members]} if self.members else {}
        return {
            "recipe": self.recipe.to_json(),
            "algorithm": self.algorithm,
            "hyperparameters": dict(self.hyperparameters),
            **members,
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Triple":
        """The triple that `to_json` wrote; Invalid when the shape is wrong."""
        try:
            return Triple(
                recipe=Recipe.from_json(value["recipe"]),
                algorithm=_text(value["algorithm"]),
                hyperparameters=dict(value["hyperparameters"]),
                members=tuple(Triple.from_json(member) for member in value.get("members", ())),
            )
        except KeyError as error:
            raise Invalid(
                f"This is no triple: it lacks {error}. A triple has a recipe, an algorithm and hyperparameters."
            ) from error
        except (TypeError, ValueError) as error:
            raise Invalid("This is no triple: it has a recipe, an algorithm's name and hyperparameters.") from error

    @property
    def hash(self) -> str:
        """SHA-256 of what is fitted; the order of members does not count."""
        members = {"members": sorted(member.hash for member in self.members)} if self.members else {}
        return digest(
            {
                "recipe": self.recipe.hash,
                "algorithm": self.algorithm,
                "hyperparameters": dict(self.hyperparameters),
                **members,
            }
        )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def described(hyperparameters: Mapping[str, Value], limit: int = 6) -> str:
    """Hyperparameters in one short line: 'C 1, penalty l2'."""
    parts = [
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {str(value).lower()}"
        for name, value in sorted(hyperparameters.items())
    ]
    more = f", +{len(parts) - limit} more" if len(parts) > limit else ""
    return ", ".join(parts[:limit]) + more


def typed_value(value: Value) -> tuple[float | None, str | None]:
    """A hyperparameter as (number, text): numbers are compared as numbers; true, false and choices as text; none is
    neither."""
    if value is None:
        return None, None
    if isinstance(value, bool):
        return None, "true" if value else "false"
    return (float(value), None) if isinstance(value, int | float) else (None, str(value))


def only_difference(one: Mapping[str, Value], other: Mapping[str, Value]) -> str | None:
    """The name of the one hyperparameter in which two sets differ; None where none differs, or more than one."""
    absent = object()
    differing = [name for name in {**one, **other} if one.get(name, absent) != other.get(name, absent)]
    return differing[0] if len(differing) == 1 else None
