"""Subjects: what comments, watches, diagnostics and pictures are about."""

from dataclasses import dataclass
from enum import StrEnum


class SubjectKind(StrEnum):
    """Which noun."""

    PROJECT = "project"
    SNAPSHOT = "snapshot"
    RUN = "run"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing, by its noun and id."""

    kind: SubjectKind
    id: int
