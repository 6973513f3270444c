"""Which class is taken for which, as the model answers by itself."""

import numpy as np
import pandas as pd

from mms.domain.diagnostics import Parameters
from mms.domain.errors import Invalid
from mms.ml.diagnostics.ground import Ground, Tables

ANSWERED = "answered "
"""Before a class in the name of its column."""


def made(ground: Ground, _parameters: Parameters) -> Tables:
    """Tables counts (a row a truth, a column "answered CLASS" each) and classes (rows, precision, recall, F1 of each).

    Equals scikit-learn's confusion_matrix. Precision is missing for a class nobody answered, recall for one not there.
    """
    rows = ground.oof
    if not len(rows):
        raise Invalid("There are no out-of-fold rows: nothing can be confused.")
    names, k = list(ground.classes), len(ground.classes)
    truth, said = (pd.Index(names).get_indexer(pd.Index(rows[column])) for column in ("truth", "label"))
    counts = np.bincount(truth * k + said, minlength=k * k).reshape(k, k)
    right, true, answered = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    wide = pd.DataFrame(counts, columns=[f"{ANSWERED}{name}" for name in names])
    wide.insert(0, "truth", names)
    classes = {
        "class": names,
        "rows": true,
        "answered": answered,
        "right": right,
        "precision": _share(right, answered),
        "recall": _share(right, true),
        "f1": _share(2 * right, true + answered),
    }
    return {"counts": wide, "classes": pd.DataFrame(classes)}


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    shares: np.ndarray = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return shares
