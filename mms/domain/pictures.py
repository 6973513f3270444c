"""Pictures: diagnostics drawn once in the worker, kept as SVG."""

from dataclasses import dataclass
from enum import StrEnum


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
    """A drawn diagnostic of a model (svg: the bytes), or the sentence that says why there is none."""

    model_id: int
    kind: PictureKind
    theme: Theme
    svg: bytes | None
    error: str | None = None
