"""Pictures of a snapshot's target: how its values are spread, and which columns go with it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from mms.charts.theme import OKABE_ITO
from mms.charts.yellowbrick.canvas import Canvas, Drawer
from mms.charts.yellowbrick.compatibility import visualizer
from mms.charts.yellowbrick.finish import finished, labels, need_columns, need_rows
from mms.charts.yellowbrick.sample import Sample, short
from mms.domain.errors import Invalid
from mms.domain.pictures import PictureKind

BINS = 4
BARS = 60


def _balance(sample: Sample, canvas: Canvas) -> Any:
    codes, names = _frequent(sample)
    counted = visualizer("target", "ClassBalance")(
        ax=canvas.axes, fig=canvas.figure, labels=names, colors=[OKABE_ITO[0]]
    )
    counted.fit(codes)
    finished(counted, canvas, f"Rows of each class, of {sample.of:,}", sample)
    canvas.axes.set_ylabel("rows")
    if len(names) > 6:
        canvas.axes.tick_params(axis="x", rotation=90)
    return counted


def _frequent(sample: Sample) -> tuple[np.ndarray, list[str]]:
    """(of,) codes 0..k-1 of every row, and their names: at most BARS, the last for all the rarer classes."""
    codes = sample.every_target.astype(np.int64)
    counts = np.bincount(codes, minlength=len(sample.classes))
    if len(counts) <= BARS:
        return codes, [short(name) for name in sample.classes]
    kept = np.sort(np.argsort(-counts, kind="stable")[: BARS - 1])
    place = np.full(len(counts), len(kept))
    place[kept] = np.arange(len(kept))
    return place[codes], [*(short(sample.classes[i]) for i in kept), f"{len(counts) - len(kept):,} rarer classes"]


def _binning(sample: Sample, canvas: Canvas) -> Any:
    edges = np.unique(np.quantile(sample.every_target, np.linspace(0, 1, BINS + 1)))
    if len(edges) < 2:
        raise Invalid("The target has one value only.")
    # Told a number of bins, Yellowbrick makes them equally wide, which balances nothing.
    drawn = visualizer("target", "BalancedBinningReference")(
        ax=canvas.axes, fig=canvas.figure, target="target", bins=edges
    )
    drawn.fit(sample.every_target)
    for bar in canvas.axes.patches:
        bar.set_facecolor(OKABE_ITO[0])
    canvas.axes.collections[0].set_color(canvas.ink)
    canvas.axes.set_xticks(edges, [f"{edge:.4g}" for edge in edges], rotation=45)
    finished(drawn, canvas, f"Where to cut the target into {len(edges) - 1} bins of equal count", sample)
    canvas.axes.set_ylabel(f"rows, of {sample.of:,}")
    return drawn


def _correlation(sample: Sample, canvas: Canvas) -> Any:
    if len(sample.classes) > 2:
        raise Invalid("Classes have no order to correlate with: see mutual information, which needs none.")
    told = f"being '{short(sample.classes[-1])}'" if sample.classes else "the target"
    return _with_target(sample, canvas, "pearson", f"Pearson correlation with {told}")


def _mutual_information(sample: Sample, canvas: Canvas) -> Any:
    method = "mutual_info-classification" if sample.classes else "mutual_info-regression"
    return _with_target(sample, canvas, method, "What each column tells of the target (mutual information)")


def _with_target(sample: Sample, canvas: Canvas, method: str, title: str) -> Any:
    need_columns(sample, 1)
    need_rows(sample, 10)
    if np.ptp(sample.target) == 0:
        raise Invalid("The target has one value only.")
    drawn = visualizer("target.feature_correlation", "FeatureCorrelation")(
        ax=canvas.axes, fig=canvas.figure, method=method, labels=labels(sample), sort=True, color=OKABE_ITO[0]
    )
    target = sample.target.astype(np.int64) if sample.classes else sample.target
    options: dict[str, Any] = {}
    if method != "pearson":
        options = {"random_state": 0, "discrete_features": (sample.numbers.nunique() == 2).to_numpy()}
    drawn.fit(sample.numbers.to_numpy(), target, **options)
    finished(drawn, canvas, title, sample)
    canvas.axes.set_xlabel("r" if method == "pearson" else "nats")
    return drawn


DRAWERS: Mapping[PictureKind, Drawer] = {
    PictureKind.CLASS_BALANCE: _balance,
    PictureKind.BALANCED_BINNING: _binning,
    PictureKind.FEATURE_CORRELATION: _correlation,
    PictureKind.MUTUAL_INFORMATION: _mutual_information,
}
