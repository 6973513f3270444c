"""What may be named in a recipe or a triple: the vetted transformers and algorithms as data."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from mms.domain.members import Member, Permission
from mms.domain.projects import Task
from mms.ml.algorithms import algorithms_of
from mms.ml.recipes import TRANSFORMERS
from mms.ml.translation import translated_classes


def vetted_transformers(member: Member) -> list[Mapping[str, Any]]:
    """Every transformer with what it takes and gives, its parameters, and the classes it stands for."""
    member.require(Permission.VIEW)
    classes = translated_classes()
    return [
        {**_plain(one), "stands_for": sorted(name for name, steps in classes.items() if one.name in steps)}
        for one in TRANSFORMERS.values()
    ]


def vetted_algorithms(member: Member) -> list[Mapping[str, Any]]:
    """Every algorithm with its tasks, parameters and grids."""
    member.require(Permission.VIEW)
    found = {(one.name, one.tasks): one for task in Task for one in algorithms_of(task)}
    return [_plain(one) for one in found.values()]


def _plain(entry: Any) -> dict[str, Any]:
    """A registry's entry without its code."""
    found = {one.name: getattr(entry, one.name) for one in fields(entry)}
    return {name: value for name, value in found.items() if not callable(value)}
