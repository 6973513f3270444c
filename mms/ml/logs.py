"""Logs of models served elsewhere as arrays: read, checked row by row, split by model."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mms.domain.errors import Invalid
from mms.domain.logs import LogColumns, LogRequest, columns_of, guessed
from mms.domain.projects import Task, checked_name
from mms.domain.tables import Column, ColumnType
from mms.ml.columns import TypedColumn
from mms.ml.files import column_names, distinct_texts, place_of, typed_file
from mms.ml.instances import class_labels
from mms.ml.prediction import DEFAULT_THRESHOLD, answered

_OFF = 0.01
"""By how much the probabilities of a row may miss 1: loggers round."""

_EARLIEST = np.datetime64("1971-01-01", "us")
"""No log is older; a lost time often reads as the beginning of 1970."""


@dataclass(frozen=True, slots=True)
class LogGround:
    """What a project knows before a file is read. features, classes: of its models elsewhere, by name.

    now: the project's present.
    """

    task: Task
    positive: str | None
    now: datetime
    features: Mapping[str, tuple[Column, ...]]
    classes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Logged:
    """The answers of one model, sorted by time and entity. n rows.

    at, known_at: (n,) datetime64[us], UTC, NaT where not known. entity: (n,) str. labels: (n,) str; values: (n,) float.
    truth: (n,) texts, None where not known. probabilities: (n, classes), NaN where not told; is_probability: somebody
    told them. rows: (n,) positions in the file. features: (n,) rows of `columns`.
    """

    name: str
    classes: tuple[str, ...]
    columns: tuple[Column, ...]
    features: pd.DataFrame
    at: np.ndarray
    entity: np.ndarray
    labels: np.ndarray | None
    values: np.ndarray | None
    probabilities: np.ndarray
    is_probability: bool
    truth: np.ndarray
    known_at: np.ndarray
    rows: np.ndarray

    @property
    def labelled(self) -> np.ndarray:
        """(n,) whether the truth is known."""
        known: np.ndarray = np.array([one is not None for one in self.truth], dtype=bool)
        return known

    @property
    def threshold(self) -> float | None:
        """0.5 where the labels of two classes follow from it, else None."""
        if self.labels is None or len(self.classes) != 2 or not self.is_probability:
            return None
        follow = answered(self.probabilities, Task.BINARY, self.classes, self.classes[1], None).labels
        assert follow is not None
        return DEFAULT_THRESHOLD if np.array_equal(follow, self.labels) else None


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file that was read. features: every column that has no other role. place: position -> where it stands."""

    columns: LogColumns
    features: tuple[Column, ...]
    models: tuple[Logged, ...]
    notes: tuple[str, ...]
    place: Callable[[int], str]


def read_log(request: LogRequest, ground: LogGround) -> LogFile:
    """Read a CSV or Parquet file of past answers. Invalid names the first row that is wrong, and how."""
    names, is_named = column_names(request.file), request.model_name is not None
    if request.exact:
        columns = columns_of(request.columns, names, ground.task)
    else:
        columns = guessed(request.columns, names, ground.task, model_named=is_named)
    frame, typed = typed_file(request.file, _known_types(request, columns, ground) | _types(columns, ground))
    used = set(columns.roles.values())
    features = tuple(Column(name, one.type) for name, one in typed.items() if name not in used)
    reader = _Reader(request.file, columns, ground, frame)
    models = tuple(reader.models(features, request))
    return LogFile(columns, features, models, _notes(typed, columns, models, features), reader.place)


def _types(columns: LogColumns, ground: LogGround) -> dict[str, ColumnType]:
    """The types that roles ask for."""
    asked = {columns.time: ColumnType.TIME, columns.truth_time: ColumnType.TIME}
    asked |= dict.fromkeys((columns.value, columns.score), ColumnType.NUMBER)
    asked |= dict.fromkeys((column for _, column in columns.probabilities), ColumnType.NUMBER)
    asked |= dict.fromkeys((columns.entity, columns.model), ColumnType.CATEGORY)
    if ground.task is Task.REGRESSION:
        asked[columns.truth] = ColumnType.NUMBER
    return {name: kind for name, kind in asked.items() if name is not None}


def _known_types(request: LogRequest, columns: LogColumns, ground: LogGround) -> dict[str, ColumnType]:
    """The types that features had in the first logs of the file's models; Invalid where two models differ in one."""
    if not ground.features:
        return {}
    models = (request.model_name or "",) if columns.model is None else distinct_texts(request.file, columns.model)
    types: dict[str, ColumnType] = {}
    first: dict[str, str] = {}
    there = set(column_names(request.file))
    for model in sorted({name.strip() for name in models}):
        for one in ground.features.get(model, ()):
            if one.name not in there:
                continue
            if types.setdefault(one.name, one.type) is not one.type:
                raise Invalid(
                    f"'{one.name}' was {types[one.name].value} in the first log of '{first[one.name]}' and "
                    f"{one.type.value} in that of '{model}': import the answers of each in a file of its own."
                )
            first.setdefault(one.name, model)
    return types


def _notes(
    typed: Mapping[str, TypedColumn], columns: LogColumns, models: Sequence[Logged], features: Sequence[Column]
) -> tuple[str, ...]:
    naive = [name for name, one in typed.items() if one.naive]
    notes = [f"Times without a zone are taken as UTC: {', '.join(naive)}."] if naive else []
    if columns.truth is not None and columns.truth_time is None:
        notes.append("No column tells when a truth became known: each counts as known at once.")
    if columns.entity is None:
        notes.append("No column names the entity: rows of one time are told apart by their features.")
    for model in models:
        if left := sorted({one.name for one in features} - {one.name for one in model.columns}):
            notes.append(f"'{model.name}' had no {', '.join(left)} in its first log: left out.")
    return tuple(notes)


class _Reader:
    """One file and its checks."""

    def __init__(self, file: Path, columns: LogColumns, ground: LogGround, frame: pd.DataFrame) -> None:
        self._file, self._columns, self._ground, self._frame = file, columns, ground, frame

    def place(self, row: int) -> str:
        """Where a row stands, as a sentence begins."""
        words = place_of(self._file, row)
        return words[0].upper() + words[1:]

    def models(self, features: Sequence[Column], request: LogRequest) -> Iterator[Logged]:
        """The answers of each model, in the order of their first ones."""
        at, truth, known_at = self._times(), self._truth(), self._known_at()
        self._check_times(at, truth, known_at)
        if self._ground.task is Task.BINARY and self._ground.positive is None:
            raise Invalid("The project has no positive class yet: name it on the page Projects, under Edit.")
        names = self._names(request)
        takes = {str(name): self._takes(str(name), features) for name in pd.unique(names)}
        entity = self._entities(at, names, takes)
        firsts = pd.Series(at).groupby(names, sort=False).min().sort_values(kind="stable")
        for name in firsts.index:
            rows = np.flatnonzero(names == name)
            rows = rows[np.lexsort((entity[rows], at[rows]))]
            known = np.where(np.isnat(known_at[rows]) & _known(truth[rows]), at[rows], known_at[rows])
            classes, labels, shares, told = self._answers(str(name), rows, truth)
            columns = takes[str(name)]
            inputs = self._inputs(columns).iloc[rows].reset_index(drop=True)
            yield Logged(
                str(name), classes, columns, inputs, at[rows], entity[rows], labels, self._values(rows), shares, told,
                truth[rows], known, rows,
            )  # fmt: skip

    def _takes(self, name: str, features: Sequence[Column]) -> tuple[Column, ...]:
        """The features of a model: those of its first log, of a new one all of the file."""
        known = self._ground.features.get(name)
        if known is None:
            return tuple(features)
        if lost := sorted({one.name for one in known} - {one.name for one in features}):
            raise Invalid(f"The file has no feature '{lost[0]}', which '{name}' had in its first log: add the column.")
        return known

    def _inputs(self, columns: Sequence[Column]) -> pd.DataFrame:
        return self._frame[[one.name for one in columns]]

    def _times(self) -> np.ndarray:
        assert self._columns.time is not None
        at = _moments(self._frame[self._columns.time])
        self._refuse(np.isnat(at), f"has no time ('{self._columns.time}'): every answer was given at some time")
        return at

    def _known_at(self) -> np.ndarray:
        if self._columns.truth_time is None:
            return np.full(len(self._frame), np.datetime64("NaT", "us"))
        return _moments(self._frame[self._columns.truth_time])

    def _check_times(self, at: np.ndarray, truth: np.ndarray, known_at: np.ndarray) -> None:
        now = np.datetime64(self._ground.now.replace(tzinfo=None), "us")
        present = f"{self._ground.now:%Y-%m-%d %H:%M} UTC, the present"
        self._refuse(at < _EARLIEST, "was answered before 1971: correct its time")
        self._refuse(at > now, f"was answered in the future, after {present}: correct its time")
        if self._columns.truth_time is None:
            return
        known = _known(truth)
        self._refuse(known & np.isnat(known_at), "has a truth without the time at which it became known: give both")
        self._refuse(~known & ~np.isnat(known_at), "has a time of its truth but no truth: give both, or neither")
        self._refuse(known_at < at, "has a truth that was known before its answer was given: correct its times")
        self._refuse(known_at > now, f"has a truth that becomes known in the future, after {present}: leave it empty")

    def _names(self, request: LogRequest) -> np.ndarray:
        if self._columns.model is None:
            if request.model_name is None:
                raise Invalid("Say what the model is called: by its name, or by the column in which names stand.")
            return np.full(len(self._frame), checked_name(request.model_name, "model"), dtype=object)
        if request.model_name is not None:
            raise Invalid("Say what the model is called either by its name or by a column, not both.")
        names = self._frame[self._columns.model]
        self._refuse(names.isna().to_numpy(), f"names no model ('{self._columns.model}')")
        plain = {name: checked_name(str(name), "model") for name in names.unique()}
        return names.map(plain).to_numpy(dtype=object)

    def _entities(self, at: np.ndarray, names: np.ndarray, takes: Mapping[str, tuple[Column, ...]]) -> np.ndarray:
        """Who was asked about; where no column says it, a hash of the features, numbered where it stands twice."""
        if self._columns.entity is not None:
            given = self._frame[self._columns.entity]
            self._refuse(given.isna().to_numpy(), f"names no entity ('{self._columns.entity}')")
            entity = given.to_numpy(dtype=object)
        else:
            hashes = np.zeros(len(at), dtype=np.uint64)
            for name, columns in takes.items():
                if columns:
                    own = names == name
                    hashes[own] = pd.util.hash_pandas_object(self._inputs(columns)[own], index=False)
            keys = pd.DataFrame({"at": at, "name": names, "hash": hashes})
            nth = keys.groupby(["at", "name", "hash"]).cumcount().to_numpy()
            entity = np.array(
                [f"{h:016x}" + (f"-{i + 1}" if i else "") for h, i in zip(keys["hash"], nth, strict=True)], dtype=object
            )
        twice = pd.DataFrame({"at": at, "name": names, "entity": entity}).duplicated().to_numpy()
        self._refuse(twice, "answers for an entity at a time that an earlier row answers for too: keep one of them")
        return entity

    def _truth(self) -> np.ndarray:
        if self._columns.truth is None:
            return np.full(len(self._frame), None, dtype=object)
        return self._words(self._frame[self._columns.truth])

    def _words(self, column: pd.Series) -> np.ndarray:
        """Labels as texts, numbers as texts that read back as the same; None where missing."""
        missing = column.isna().to_numpy()
        if self._ground.task is Task.REGRESSION:
            words = np.array(
                [repr(float(one)) if not gap else None for one, gap in zip(column, missing, strict=True)], dtype=object
            )
        else:
            words = np.array(class_labels(column), dtype=object)
        words[missing] = None
        return words

    def _values(self, rows: np.ndarray) -> np.ndarray | None:
        if self._columns.value is None:
            return None
        values = self._frame[self._columns.value].to_numpy(np.float64, na_value=np.nan)
        self._refuse(np.isnan(values), f"has no answer ('{self._columns.value}')")
        answers: np.ndarray = values[rows]
        return answers

    def _answers(
        self, name: str, rows: np.ndarray, truth: np.ndarray
    ) -> tuple[tuple[str, ...], np.ndarray | None, np.ndarray, bool]:
        """Classes, labels, probabilities of one model, and whether they were told."""
        if self._ground.task is Task.REGRESSION:
            return (), None, np.zeros((len(rows), 0)), False
        said = None if self._columns.label is None else self._words(self._frame[self._columns.label])
        classes = self._classes(name, rows, truth, said)
        shares = self._shares(rows, classes)
        if said is None:
            labels = answered(shares, self._ground.task, classes, self._ground.positive, None).labels
            return classes, labels, shares, True
        self._refuse_rows(rows, ~_known(said[rows]), f"has no answer ('{self._columns.label}')")
        return classes, said[rows], shares, not np.isnan(shares).all()

    def _classes(self, name: str, rows: np.ndarray, truth: np.ndarray, said: np.ndarray | None) -> tuple[str, ...]:
        """The classes of a model: as it has them, or those of the file; Invalid at the first row with another."""
        columns = [truth[rows]] if said is None else [said[rows], truth[rows]]
        seen = pd.Series(np.concatenate(columns)).dropna().value_counts()
        told = tuple(sorted(one for one, _ in self._columns.probabilities))
        classes = self._ground.classes.get(name) or (told if len(told) > 1 else ())
        if not classes and self._ground.task is Task.BINARY:
            positive = str(self._ground.positive)
            other = next((str(one) for one in seen.index if one != positive), None)
            if other is None:
                tells = f"tells '{positive}' only" if len(seen) else "is empty"
                raise Invalid(
                    f"Every label and truth of '{name}' {tells}: a model's first log needs truths of both classes."
                )
            classes = tuple(sorted((positive, other)))
        classes = classes or tuple(sorted(str(one) for one in seen.index))
        for what, column in zip(("truth",) if said is None else ("label", "truth"), columns, strict=True):
            strange = _known(column) & ~np.isin(column.astype(str), classes)
            if strange.any():
                row = int(rows[strange][0])
                raise Invalid(
                    f"{self.place(row)} has the {what} '{column[strange][0]}', which is no class of '{name}'; "
                    f"its classes are {', '.join(classes)}."
                )
        if self._ground.task is Task.BINARY and self._ground.positive not in classes:
            raise Invalid(
                f"'{self._ground.positive}', the project's positive class, is none of '{name}'; its classes are "
                f"{', '.join(classes)}."
            )
        return classes

    def _shares(self, rows: np.ndarray, classes: tuple[str, ...]) -> np.ndarray:
        """(n, classes) probabilities; NaN where nobody tells."""
        shares = np.full((len(rows), len(classes)), np.nan)
        if self._columns.score is not None:
            score = self._share(self._columns.score, rows)
            place = classes.index(str(self._ground.positive))
            shares[:, place], shares[:, 1 - place] = score, 1.0 - score
        for name, column in self._columns.probabilities:
            if name not in classes:
                raise Invalid(
                    f"Column '{column}' holds the probability of '{name}', which is no class; those are "
                    f"{', '.join(classes)}."
                )
            shares[:, classes.index(name)] = self._share(column, rows)
        if len(self._columns.probabilities) == 1 and len(classes) == 2:
            place = classes.index(self._columns.probabilities[0][0])
            shares[:, 1 - place] = 1.0 - shares[:, place]
        if self._columns.probabilities:
            lacking = [name for name, column in zip(classes, shares.T, strict=True) if np.isnan(column).any()]
            if lacking:
                raise Invalid(f"No column holds the probability of '{lacking[0]}': name one for every class, or none.")
            self._refuse_rows(rows, np.abs(shares.sum(axis=1) - 1) > _OFF, "has probabilities that do not add up to 1")
            shares /= shares.sum(axis=1, keepdims=True)
        return shares

    def _share(self, column: str, rows: np.ndarray) -> np.ndarray:
        values: np.ndarray = self._frame[column].to_numpy(np.float64, na_value=np.nan)[rows]
        self._refuse_rows(rows, np.isnan(values), f"has no probability ('{column}')")
        outside = (values < 0) | (values > 1)
        if outside.any():
            self._refuse_rows(
                rows, outside, f"has {values[outside][0]:g} in '{column}': a probability lies between 0 and 1"
            )
        return values

    def _refuse_rows(self, rows: np.ndarray, wrong: np.ndarray, clause: str) -> None:
        whole = np.zeros(len(self._frame), dtype=bool)
        whole[rows[wrong]] = True
        self._refuse(whole, clause)

    def _refuse(self, wrong: np.ndarray, clause: str) -> None:
        """Invalid with the first row that is wrong; nothing where none is."""
        if wrong.any():
            raise Invalid(f"{self.place(int(np.flatnonzero(wrong)[0]))} {clause}.")


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON values: None where missing, times in ISO 8601."""
    plain = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(k): v.isoformat() if isinstance(v, datetime) else v for k, v in row.items()} for row in plain]


def _moments(column: pd.Series) -> np.ndarray:
    moments: np.ndarray = column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
    return moments


def _known(values: np.ndarray) -> np.ndarray:
    known: np.ndarray = ~pd.isna(values)
    return known
