"""Pictures: diagnostics drawn once in the worker, kept as SVG."""

from dataclasses import dataclass
from enum import StrEnum

from mms.domain.subjects import Subject


class PictureKind(StrEnum):
    """Which Yellowbrick visualizer drew it."""

    CLASSIFICATION_REPORT = "classification report"
    CLASS_PREDICTION_ERROR = "class prediction error"
    RESIDUALS = "residuals"
    PREDICTION_ERROR = "prediction error"


class Theme(StrEnum):
    """For which background."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn diagnostic of a model or a snapshot (svg: the bytes), or the sentence that says why there is none.

    content: hash of what it was drawn from.
    """

    subject: Subject
    kind: PictureKind
    theme: Theme
    content: str
    svg: bytes | None
    error: str | None = None
