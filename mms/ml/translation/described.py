"""A description (see mms.domain.objects) as records, its shape checked, and the refusal that names its step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mms.domain.errors import Invalid

SKIPPED = ("passthrough", None)
"""What stands in a pipeline for a step that does nothing."""


@dataclass(frozen=True, slots=True)
class Described:
    """One object of a pipeline. step: the name it has there. path: module and class, never imported."""

    step: str
    path: str
    parameters: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The class without its module."""
        return self.path.rpartition(".")[2]

    @property
    def key(self) -> tuple[str, str]:
        """By what tables know it: the package and the class; modules in between may move."""
        return self.path.partition(".")[0], self.name

    def refused(self, reason: str, nearest: str = "") -> Invalid:
        """The refusal. reason: follows 'cannot be translated:'."""
        return Invalid(f"Step '{self.step}' ({self.name}) cannot be translated: {reason}.{nearest and f' {nearest}'}")


def read_object(value: Any, step: str) -> Described:
    """The record of a description; Invalid where it is none of an object with parameters."""
    if isinstance(value, Mapping) and isinstance(value.get("class"), str):
        parameters = value.get("parameters")
        if isinstance(parameters, Mapping) and all(isinstance(name, str) for name in parameters):
            return Described(step, value["class"], parameters)
    raise Invalid(
        f"Step '{step}' is no object of scikit-learn's kind: send what `mms.client` sends, a class and its parameters."
    )


def read_steps(owner: Described, parameter: str, length: int = 2) -> list[Sequence[Any]]:
    """The (name, object, ...) tuples of a pipeline, a union or a column transformer."""
    value = owner.parameters.get(parameter)
    if isinstance(value, list) and all(
        isinstance(item, list) and len(item) == length and isinstance(item[0], str) for item in value
    ):
        return value
    raise Invalid(f"Step '{owner.step}' ({owner.name}) has no readable '{parameter}': each of them is (name, object).")
