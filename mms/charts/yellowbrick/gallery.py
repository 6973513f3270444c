"""Every picture there is, by its kind: numbers in, SVG out."""

from collections.abc import Mapping
from typing import Any

from mms.charts.yellowbrick import classifiers, clusters, features, missing, model_selection, regressors, targets, texts
from mms.charts.yellowbrick.canvas import Drawer, canvas
from mms.domain.pictures import PictureKind, Theme

DRAWERS: Mapping[PictureKind, Drawer] = {
    **classifiers.DRAWERS,
    **regressors.DRAWERS,
    **model_selection.DRAWERS,
    **features.DRAWERS,
    **targets.DRAWERS,
    **missing.DRAWERS,
    **texts.DRAWERS,
    **clusters.DRAWERS,
}
"""What draws each kind. Of a model it takes `ModelNumbers`, of a snapshot a `Sample`."""


def draw(kind: PictureKind, theme: Theme, numbers: Any) -> bytes:
    """The picture as SVG, on a transparent ground. Invalid says why there is none."""
    with canvas(theme) as drawn_on:
        DRAWERS[kind](numbers, drawn_on)
        return drawn_on.svg()
