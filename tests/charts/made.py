"""Tables of diagnostics as a chart gets them: made by the makers, from ranked toy rows."""

from typing import Any

import numpy as np
import pandas as pd

from mms.domain.diagnostics import DEFAULTS, DiagnosticKind
from mms.ml.diagnostics import MAKERS
from mms.ml.diagnostics.ground import Ground
from tests.ml.diagnostics.grounds import classified, ranked


def tables(kind: DiagnosticKind, ground: Ground | None = None, **parameters: Any) -> dict[str, pd.DataFrame]:
    """The tables of a kind."""
    return MAKERS[kind].make(ground or ranked(), {**DEFAULTS.get(kind, {}), **parameters})


def many_classes(k: int, rows: int = 1200) -> Ground:
    """k classes, answered rightly about half the time."""
    chance, classes = np.random.default_rng(3), tuple(f"c{i:02}" for i in range(k))
    truth = chance.integers(k, size=rows)
    shares = chance.dirichlet(np.ones(k), size=rows)
    shares[np.arange(rows), truth] += chance.random(rows) < 0.5
    return classified([classes[i] for i in truth], shares, classes)
