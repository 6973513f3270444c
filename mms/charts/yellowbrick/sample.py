"""What pictures of data are drawn from: some rows of a snapshot in numbers, its target, and one column of texts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.feature_selection import f_classif, f_regression

from mms.domain.pictures import PictureKind
from mms.domain.projects import Task
from mms.domain.tables import Column, ColumnType

ROWS = 2_000
"""More rows than this are thinned at equal steps."""

COLUMNS = 30
"""More columns than this are cut to those with the strongest tie to the target (F-test of one column at a time)."""

VALUES = 3
"""A category becomes one 0/1 column for each of its most frequent values, at most so many."""

COLOURED = 10
"""Classes that keep a colour; where there are more, the last one is for all the rarer classes together."""

_NAME = 28

_OF_HOLES = (PictureKind.MISSING_VALUES, PictureKind.MISSING_DISPERSION)
_OF_TEXTS = (
    PictureKind.TOKEN_FREQUENCY,
    PictureKind.TSNE,
    PictureKind.UMAP,
    PictureKind.WORD_DISPERSION,
    PictureKind.WORD_CORRELATION,
    PictureKind.PART_OF_SPEECH,
)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Some rows of a snapshot, ready to draw; rows of the hold-out are none of them.

    rows: (n,) their positions in the snapshot. of: how many rows they are taken from.
    numbers: (n, <= COLUMNS) float64, nothing missing, no constant. measured: positions of those of its columns that
    hold numbers, not 0/1. missing: (n, <= COLUMNS) bool, of the columns that miss most.
    target: (n,) float64: values, or 0..k-1 (binary: 1 is the positive class). groups: (n,) what colours tell apart,
    0..g-1 into `names`: classes, or quarters of a number. every_target: (of,) like target; classes: () for numbers.
    texts: (n,) of the column `text`, None without one. left_out: columns that hold one value, none, or
    each value once.
    candidates: columns before the cut.
    """

    rows: np.ndarray
    of: int
    numbers: pd.DataFrame
    measured: tuple[int, ...]
    missing: pd.DataFrame
    target: np.ndarray
    groups: np.ndarray
    names: tuple[str, ...]
    every_target: np.ndarray
    classes: tuple[str, ...]
    texts: tuple[str, ...]
    text: str | None
    left_out: tuple[str, ...]
    candidates: int

    @property
    def words(self) -> str:
        """What the sample is and what it leaves out, in one line."""
        count = len(self.rows)
        said = [f"{count:,} of {self.of:,} rows at equal steps" if count < self.of else f"all {count:,} rows"]
        if self.candidates > COLUMNS:
            said.append(f"{COLUMNS} of {self.candidates:,} columns, the strongest by F-test against the target")
        if self.left_out:
            more = f" and {len(self.left_out) - 1:,} more" if len(self.left_out) > 1 else ""
            said.append(f"without {self.left_out[0]}{more} (one value, none, or each once)")
        return "; ".join(said)

    def table(self, kind: PictureKind) -> pd.DataFrame:
        """The table behind a picture of this kind: counts of classes, where values are missing, texts, or numbers; the
        others with each row's position and target.
        """
        if kind is PictureKind.CLASS_BALANCE:
            counts = np.bincount(self.every_target.astype(np.int64), minlength=len(self.classes))
            return pd.DataFrame({"class": self.classes, "rows": counts})
        if kind is PictureKind.BALANCED_BINNING:
            return pd.DataFrame({"target": self.every_target})
        told = self.target if not self.classes else np.array(self.classes, dtype=object)[self.target.astype(np.int64)]
        rows = pd.DataFrame({"row": self.rows, "target": told})
        if kind in _OF_HOLES:
            return pd.concat([rows, self.missing.add_prefix("missing ")], axis=1)
        if kind in _OF_TEXTS or self.numbers.columns.empty:
            return rows.assign(text=list(self.texts)) if self.texts else rows
        return pd.concat([rows, self.numbers], axis=1)


def sample_of(
    columns: Sequence[Column], features: pd.DataFrame, target: pd.Series, task: Task, positive: str | None
) -> Sample:
    """The sample of a snapshot's rows; the index of `features` holds their positions in the snapshot.

    Numbers stay as they are, true/false become 1/0, times days since the first, categories 0/1 for each of their most
    frequent values. What is missing becomes the median of its column (0 for a category).
    """
    picked = np.linspace(0, len(features) - 1, min(ROWS, len(features))).round().astype(np.int64)
    shown = features.iloc[picked]
    encoded, classes = _encoded(target, task, positive)
    groups, names = _groups(encoded[picked], classes)
    made = [(column, part) for column in columns for part in _in_numbers(column, shown[column.name])]
    varied = [(column, part) for column, part in made if part.nunique() > 1]
    kept = _strongest([part for _, part in varied], encoded[picked], task)
    alive = {column.name for column, _ in varied} | {c.name for c in columns if c.type is ColumnType.TEXT}
    text = _longest(columns, shown)
    return Sample(
        rows=shown.index.to_numpy(dtype=np.int64),
        of=len(features),
        numbers=pd.concat([shown[[]], *(varied[i][1] for i in kept)], axis=1).reset_index(drop=True),
        measured=tuple(at for at, i in enumerate(kept) if varied[i][0].type.is_numeric),
        missing=_missing(shown),
        target=encoded[picked],
        groups=groups,
        names=names,
        every_target=encoded,
        classes=classes,
        texts=() if text is None else tuple(shown[text].fillna("").astype(str)),
        text=text,
        left_out=tuple(column.name for column in columns if column.name not in alive),
        candidates=len(varied),
    )


def _encoded(target: pd.Series, task: Task, positive: str | None) -> tuple[np.ndarray, tuple[str, ...]]:
    """(rows,) float64, and the classes it counts through: the positive one last of two."""
    if not task.is_classification:
        return target.to_numpy(dtype=np.float64), ()
    labels = target.astype(str)
    classes = sorted(labels.unique())
    if len(classes) == 2 and positive in classes:
        classes.sort(key=lambda name: name == positive)
    index = {name: i for i, name in enumerate(classes)}
    return labels.map(index).to_numpy(dtype=np.float64), tuple(classes)


def _groups(target: np.ndarray, classes: tuple[str, ...]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Codes 0..g-1 and their names; every code occurs."""
    if not classes:
        return _quarters(target)
    codes = target.astype(np.int64)
    counts = np.bincount(codes, minlength=len(classes))
    present = np.flatnonzero(counts)
    named = present
    if len(present) > COLOURED:
        named = np.sort(present[np.argsort(-counts[present], kind="stable")[: COLOURED - 1]])
    place = np.full(len(classes), len(named))
    place[named] = np.arange(len(named))
    names = [short(classes[i]) for i in named]
    if len(present) > len(named):
        names.append(f"{len(present) - len(named)} rarer classes")
    return place[codes], distinct(names)


def _quarters(target: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Quarters of the values by rank; fewer where many values are equal."""
    edges = np.unique(np.quantile(target, [0.25, 0.5, 0.75]))
    codes, groups = np.unique(np.searchsorted(edges, target, side="left"), return_inverse=True)
    names = [f"up to {edges[i]:.4g}" if i < len(edges) else f"above {edges[-1]:.4g}" for i in codes]
    return groups, tuple(names)


def _in_numbers(column: Column, values: pd.Series) -> Iterator[pd.Series]:
    """A column as none, one or more float64 columns without a missing value."""
    if column.type is ColumnType.TEXT or values.isna().all():
        return
    if column.type is ColumnType.CATEGORY:
        yield from _indicators(column.name, values)
        return
    if column.type is ColumnType.TIME:
        numbers = (values - values.min()) / pd.Timedelta(days=1)
        yield numbers.fillna(numbers.median()).rename(f"{column.name} (days)")
        return
    numbers = values.astype("float64")
    filled = numbers.median() if column.type.is_numeric else float(numbers.mean() >= 0.5)
    yield numbers.fillna(filled).rename(column.name)


def _indicators(name: str, values: pd.Series) -> Iterator[pd.Series]:
    counts = values.value_counts()
    if len(counts) > 2 and counts.iloc[0] == 1:
        return  # an identifier: each value once
    frequent = counts.index[: VALUES if len(counts) > 2 else 1]
    for value in frequent:
        yield (values == value).fillna(False).astype("float64").rename(f"{name} = {value}")


def _strongest(parts: Sequence[pd.Series], target: np.ndarray, task: Task) -> list[int]:
    """Positions of at most COLUMNS parts, in their order: those with the greatest F against the target."""
    if len(parts) <= COLUMNS:
        return list(range(len(parts)))
    if len(np.unique(target)) < 2:
        return list(range(COLUMNS))
    matrix = np.column_stack([part.to_numpy() for part in parts])
    with np.errstate(all="ignore"):
        strength = (f_classif if task.is_classification else f_regression)(matrix, target)[0]
    order = np.argsort(-np.nan_to_num(strength, nan=-1.0), kind="stable")
    return sorted(int(i) for i in order[:COLUMNS])


def _missing(shown: pd.DataFrame) -> pd.DataFrame:
    """Where values are missing, of the columns that miss most, in their order."""
    missing = shown.isna()
    most = missing.sum().sort_values(ascending=False, kind="stable").index[:COLUMNS]
    return missing[[name for name in shown.columns if name in set(most)]].reset_index(drop=True)


def _longest(columns: Sequence[Column], shown: pd.DataFrame) -> str | None:
    """The column of texts with the longest texts."""
    texts = [column.name for column in columns if column.type is ColumnType.TEXT and shown[column.name].notna().any()]
    return max(texts, key=lambda name: float(shown[name].str.len().mean()), default=None)


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """The names, numbered where one repeats another: a legend tells colours apart by them."""
    seen = Counter[str]()
    told = []
    for name in names:
        seen[name] += 1
        told.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(told)


def short(name: str) -> str:
    """A name as a picture has room for it, and as Matplotlib shows it: it hides from a legend what begins with an
    underscore, and sets as mathematics what lies between two dollars."""
    visible = f" {name}" if name.startswith("_") else name
    return (visible if len(visible) <= _NAME else f"{visible[: _NAME - 1]}…").replace("$", r"\$")
