"""What stands here for a class of scikit-learn: how parameters are carried over, and how what differs is told.

A parameter that our step keeps at another value is refused where the caller set it, and noted where it stood at its
default: nobody asked for the default, but whoever compares scores must know.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mms.domain.errors import Invalid
from mms.domain.objects import described
from mms.domain.triples import Parameter, Value, checked_parameters
from mms.ml.translation.described import Described

WITHOUT_EFFECT = frozenset(
    {
        "assume_centered", "cache_size", "copy", "copy_X", "dtype", "feature_name_combiner", "force_int_remainder_cols",
        "memory", "n_jobs", "nthread", "pre_dispatch", "random_state", "sparse_output", "sparse_threshold",
        "store_precision", "subsample_for_bin", "transform_input", "verbose", "verbose_feature_names_out", "verbosity",
        "warm_start",
    }
)  # fmt: skip
"""Parameters that change speed, memory or names, never a score. Seeds are looked at apart."""

PRECISION = frozenset({"algorithm", "dual", "early_stopping", "leaf_size", "max_iter", "solver", "svd_solver", "tol"})
"""Parameters of the way to the answer, not of the answer: noted where they differ, never refused."""

Convert = Callable[[Any], Any]
"""A described value of theirs -> the value of our parameter; raises ValueError with the reason why there is none."""


@dataclass(frozen=True, slots=True)
class Counterpart:
    """How one class becomes vetted steps.

    steps: our names, in order. fixed: our parameters that the class itself decides. renamed: our parameter -> their
    parameter and how its value is read. equal: values of their parameters that make no difference to one another.
    differs: their parameters that a step of our own make keeps at another value than their default.
    Parameters of the same name carry over as they are.
    """

    original: type
    steps: tuple[str, ...]
    fixed: Mapping[str, Value] = field(default_factory=dict)
    renamed: Mapping[str, tuple[str, Convert]] = field(default_factory=dict)
    equal: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    differs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """See Described.key."""
        return key_of(self.original)


def key_of(original: type) -> tuple[str, str]:
    """Package and class name."""
    return original.__module__.partition(".")[0], original.__qualname__


def public(made: object) -> type:
    """The class as its library knows it: ours derive from it where they mend something."""
    return next(base for base in type(made).__mro__ if not base.__module__.startswith("mms."))


def defaults(original: type) -> dict[str, Any]:
    """Parameter -> described default."""
    found: dict[str, Any] = described(original())["parameters"]
    return found


class Carried:
    """Carries the parameters of one described object over to ours, and keeps what there is to note."""

    def __init__(self, given: Described, original: type, nearest: str) -> None:
        self.defaults = defaults(original)
        unknown = next((name for name in given.parameters if name not in self.defaults), None)
        if unknown is not None:
            raise given.refused(f"the {given.name} of this server has no parameter '{unknown}'", nearest)
        self.given = replace(given, parameters={**self.defaults, **given.parameters})
        self.nearest = nearest
        self._noted: dict[str, str] = {}
        self._read: set[str] = set()
        self._replaced: dict[str, str] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """What differs from the object, one sentence a parameter."""
        return tuple(self._noted.values())

    def values(
        self,
        known: tuple[Parameter, ...],
        fixed: Mapping[str, Value],
        renamed: Mapping[str, tuple[str, Convert]],
        owner: str,
    ) -> dict[str, Value]:
        """Our parameters, checked. A default that ours cannot take is replaced by our default."""
        values: dict[str, Value] = {}
        for ours in known:
            if ours.name in fixed:
                values[ours.name] = fixed[ours.name]
                continue
            theirs, convert = renamed.get(ours.name, (ours.name, itself))
            if theirs not in self.given.parameters:
                continue
            self._read.add(theirs)
            value = self.given.parameters[theirs]
            try:
                values[ours.name] = ours.checked(convert(value), owner)
            except (Invalid, ValueError) as error:
                if not self._is_default(theirs):
                    raise self.given.refused(str(error).rstrip("."), self.nearest) from error
                self._replaced[theirs] = f"'{owner}' has {ours.name} {ours.default!r}"
        return checked_parameters(values, known, owner)

    def compare(
        self,
        made: object | None,
        equal: Mapping[str, tuple[Any, ...]],
        differs: Mapping[str, Any],
    ) -> None:
        """Refuse or note what the object that ours makes has otherwise; None: ours behaves as the class by default."""
        ours = {**self.defaults, **differs} if made is None else described(made)["parameters"]
        for name in self._replaced if made is None else ():
            self._note(name, self.given.parameters[name], self._replaced[name])
        for name, value in self.given.parameters.items():
            same = made is None and name in self._read
            if name in WITHOUT_EFFECT or same or name not in ours or ours[name] == value:
                continue
            if value in equal.get(name, ()) and ours[name] in equal[name]:
                continue
            if not self._is_default(name) and name not in PRECISION:
                reason = f"its {name} is {_shown(value)}, and here it is {_shown(ours[name])}"
                raise self.given.refused(reason, self.nearest)
            self._note(name, value, f"it is {_shown(ours[name])} here")

    def compare_seed(self, ours: int) -> None:
        """Steps that draw at random have one seed here."""
        theirs = self.given.parameters.get("random_state")
        if isinstance(theirs, int) and theirs != ours:
            self._note("random_state", theirs, f"it is {ours} here")

    def _note(self, name: str, value: Any, here: str) -> None:
        self._noted.setdefault(name, f"Step '{self.given.step}': {name} is {_shown(value)} in your object, and {here}.")

    def _is_default(self, name: str) -> bool:
        return name in self.defaults and self.defaults[name] == self.given.parameters[name]


def itself(value: Any) -> Any:
    """The value as it is, under another name."""
    return value


def _shown(value: Any) -> str:
    """A described value in few words."""
    if isinstance(value, Mapping):
        (word,) = [str(inner) for key, inner in value.items() if key != "parameters"][:1] or [""]
        value = word.rpartition(".")[2] or word
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
