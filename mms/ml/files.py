"""CSV and Parquet files of strangers: read strictly, typed, with one sentence for what is wrong.

What a file is, its first bytes tell, not its name: uploads come under any name. The fast reader is Arrow's; only when
it refuses, a slow second reading finds the line to name.
"""

import csv
import gzip
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from mms.domain.errors import Invalid
from mms.domain.projects import Task
from mms.domain.tables import Column, ColumnType, TableDraft
from mms.ml.columns import MISSING, TypedColumn, typed

_MOST_COLUMNS = 1_500
"""PostgreSQL's limit of columns a table is 1,600; we keep some for ourselves."""

_DELIMITERS = (",", ";", "\t")
_BLOCK = 1 << 24
_SAMPLE = 20
_FEW_CLASSES = 10
_MOST_CLASSES = 100
_KEY_NAME = re.compile(r"(?i)(^|[_\W]|[a-z](?=I))(id|key|uuid|guid|no|nr|number|code)$|^(row|index|id)([_\W]|$)")
_LABEL_NAME = re.compile(r"(?i)label|known|outcome|resolved|closed|settled|landed|truth|feedback")
_TYPES = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


def read_file(path: Path, types: Mapping[str, ColumnType] | None = None) -> tuple[pd.DataFrame, dict[str, ColumnType]]:
    """A CSV (UTF-8, header line, .gz allowed) or Parquet file as a typed frame, and its column types.

    types: overrides of the inferred ones. Times become UTC-aware. Raises Invalid for a missing or duplicated column
    name, ragged rows, a wrong encoding, mixed types, no rows: naming column and line.
    """
    frame, columns = typed_file(path, types or {})
    return frame, {name: column.type for name, column in columns.items()}


def column_names(path: Path) -> tuple[str, ...]:
    """The names of a file's columns, without reading its rows; Invalid as `read_file`."""
    if _kind_of(path) != "parquet":
        return _layout_of(path).names
    try:
        return tuple(str(name) for name in pyarrow.parquet.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise Invalid(f"'{path.name}' is no readable Parquet file: write it anew, or load it as CSV.") from error


def typed_file(path: Path, types: Mapping[str, ColumnType]) -> tuple[pd.DataFrame, dict[str, TypedColumn]]:
    """The frame of `read_file`, and its columns with what else was seen in them."""
    table = _parquet(path) if _kind_of(path) == "parquet" else _csv(path)
    if table.num_rows == 0:
        raise Invalid("The file has column names but no rows: add rows below the names and load it again.")
    for name in types:
        if name not in table.column_names:
            raise Invalid(f"The file has no column '{name}'; it has {', '.join(table.column_names)}.")
    columns = {
        name: typed(name, column.combine_chunks(), types.get(name), lambda row: place_of(path, row))
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    whole = pa.table({name: column.values for name, column in columns.items()})
    return whole.to_pandas(types_mapper=_TYPES.get), columns


def distinct_texts(path: Path, column: str) -> tuple[str, ...]:
    """What stands in one column, as texts, each once, without missing ones; Invalid as `read_file`."""
    table = _parquet(path) if _kind_of(path) == "parquet" else _csv(path)
    values = table.column(column).combine_chunks()
    texts = typed(column, values, ColumnType.CATEGORY, lambda row: place_of(path, row)).values
    return tuple(str(text) for text in texts.unique().to_pylist() if text is not None)


def place_of(path: Path, row: int) -> str:
    """Where the row (0-based, without the header) stands in the file, in words: 'line 7', or 'row 6' of a Parquet."""
    if _kind_of(path) == "parquet":
        return f"row {row + 1}"
    layout = _layout_of(path)
    for position, (line, _) in enumerate(_records(path, layout.delimiter)):
        if position == row + 1:
            return f"line {line}"
    return f"row {row + 1}"


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a CSV is written: its delimiter, its column names, and the lines its header takes."""

    delimiter: str
    names: tuple[str, ...]
    header_lines: int


def _kind_of(path: Path) -> str:
    if not path.is_file():
        raise Invalid(f"There is no file '{path.name}': check its name and place.")
    with path.open("rb") as file:
        head = file.read(4)
    if not head:
        raise Invalid(f"The file '{path.name}' is empty: it needs a line of column names and at least one row.")
    if head == b"PAR1" or path.suffix.lower() in (".parquet", ".pq"):
        return "parquet"
    return "gzip" if head[:2] == b"\x1f\x8b" else "csv"


def _parquet(path: Path) -> pa.Table:
    try:
        table = pyarrow.parquet.ParquetFile(path).read()
    except (pa.ArrowException, OSError) as error:
        raise Invalid(f"'{path.name}' is no readable Parquet file: write it anew, or load it as CSV.") from error
    _check_names([str(name) for name in table.column_names], "The file")
    return table


def _csv(path: Path) -> pa.Table:
    layout = _layout_of(path)
    compression = "gzip" if _kind_of(path) == "gzip" else None
    try:
        with pa.input_stream(str(path), compression=compression) as stream:
            table = pyarrow.csv.read_csv(
                stream,
                pyarrow.csv.ReadOptions(
                    column_names=list(layout.names), skip_rows=layout.header_lines, block_size=_BLOCK
                ),
                pyarrow.csv.ParseOptions(delimiter=layout.delimiter, newlines_in_values=True),
                pyarrow.csv.ConvertOptions(
                    column_types=dict.fromkeys(layout.names, pa.string()),
                    strings_can_be_null=True,
                    null_values=list(MISSING),
                ),
            )
    except (pa.ArrowException, OSError) as error:
        _diagnose(path, layout)
        raise Invalid(f"'{path.name}' cannot be read as CSV ({str(error).splitlines()[0]}): save it anew.") from error
    if _quotation_marks(path) % 2:  # the fast reader lets the last value run to the end of the file
        _diagnose(path, layout)
    return table


def _layout_of(path: Path) -> _Layout:
    """The delimiter that cuts the header into most names; Invalid when a name is missing or stands twice."""
    best: tuple[list[str], int, str] | None = None
    for delimiter in _DELIMITERS:
        first = next(_records(path, delimiter), None)
        if first is None:
            raise Invalid(f"The file '{path.name}' is empty: it needs a line of column names and at least one row.")
        if best is None or len(first[1]) > len(best[0]):
            best = (first[1], first[0], delimiter)
    assert best is not None
    names = [name.strip() for name in best[0]]
    _check_names(names, "Line 1")
    return _Layout(best[2], tuple(names), best[1])


def _check_names(names: list[str], where: str) -> None:
    seen: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        if not name:
            raise Invalid(f"{where} has no name for column {position} of {len(names)}: name it, or remove the column.")
        if not name.isprintable():
            raise Invalid(f"{where} gives column {position} a name that cannot be printed: rename it.")
        if name in seen:
            raise Invalid(f"{where} names two columns '{name}' (columns {seen[name]} and {position}): rename one.")
        seen[name] = position
    if len(names) > _MOST_COLUMNS:
        raise Invalid(f"The file has {len(names):,} columns; a table takes {_MOST_COLUMNS:,} at most: leave some out.")
    if names and all(_is_number(name) for name in names):
        raise Invalid(f"{where} holds numbers where column names belong: add a line of names on top.")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path) if _kind_of(path) == "gzip" else path.open("rb")  # type: ignore[return-value]


def _lines(path: Path) -> Iterator[str]:
    """The lines as text; Invalid at the first that is not UTF-8."""
    with _opened(path) as file:
        try:
            for number, line in enumerate(file, start=1):
                try:
                    yield line.decode("utf-8-sig" if number == 1 else "utf-8")
                except UnicodeDecodeError as error:
                    raise Invalid(
                        f"Line {number} is not UTF-8 text (byte {line[error.start]:#04x}): "
                        "save the file with the encoding UTF-8 and load it again."
                    ) from error
        except (gzip.BadGzipFile, EOFError, OSError) as error:
            raise Invalid(f"'{path.name}' is a broken gzip file: compress it anew.") from error


def _records(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(number of its last line, fields) of each record that is not an empty line."""
    reader = csv.reader(_lines(path), delimiter=delimiter, strict=True)
    try:
        for record in reader:
            if record:
                yield reader.line_num, record
    except csv.Error as error:
        raise Invalid(
            f"Line {reader.line_num} is not well formed ({error}): close its quotation marks, or double those inside."
        ) from error


def _quotation_marks(path: Path) -> int:
    with _opened(path) as file:
        return sum(part.count(b'"') for part in iter(lambda: file.read(_BLOCK), b""))


def _diagnose(path: Path, layout: _Layout) -> None:
    """Read slowly, to raise Invalid with the line at which the fast reader stumbled."""
    for line, record in _records(path, layout.delimiter):
        if len(record) != len(layout.names):
            raise Invalid(
                f"Line {line} has {len(record)} values where the header has {len(layout.names)} columns: "
                "give every row as many values as there are columns."
            )


def draft_table(path: Path, target: str | None = None, types: Mapping[str, ColumnType] | None = None) -> TableDraft:
    """What a file looks like: types, row count, proposals for key, time, label time, target and task, first rows.

    types: overrides of the inferred ones. Invalid as `read_file`, and for a target that the file does not have.
    """
    frame, columns = typed_file(path, types or {})
    return draft_of(frame, columns, target)


def draft_of(frame: pd.DataFrame, columns: Mapping[str, TypedColumn], target: str | None) -> TableDraft:
    """The draft of a file that was read."""
    found = {name: column.type for name, column in columns.items()}
    if target is not None and target not in found:
        raise Invalid(f"The file has no column '{target}'; it has {', '.join(found)}.")
    time, label_time = _proposed_times(frame, found, target)
    naive = [name for name, column in columns.items() if column.naive]
    return TableDraft(
        columns=tuple(Column(name, type_) for name, type_ in found.items()),
        row_count=len(frame),
        key=_proposed_key(frame, found, target, time),
        time=time,
        label_time=label_time,
        target=target,
        task=None if target is None else infer_task(frame[target], found[target]),
        sample=tuple(_as_text(row) for row in frame.head(_SAMPLE).to_dict("records")),
        notes=(f"Times without a zone are taken as UTC: {', '.join(naive)}.",) if naive else (),
    )


def infer_task(target: pd.Series, type_: ColumnType) -> str:
    """The task a target suggests: binary, multiclass or regression; Invalid with one class only."""
    known = target.dropna()
    distinct = known.nunique()
    if distinct < 2:
        what = "no value at all" if distinct == 0 else f"the one value '{known.iloc[0]}' only"
        raise Invalid(f"The target '{target.name}' has {what}; choose a target with at least two different values.")
    if type_ is ColumnType.TIME:
        raise Invalid(f"The target '{target.name}' is a time; choose a number, a category, or true and false.")
    if distinct == 2:
        return Task.BINARY.value
    if type_.is_numeric:
        whole = bool((known == known.round()).all())
        return (Task.MULTICLASS if whole and distinct <= _FEW_CLASSES else Task.REGRESSION).value
    if type_ is ColumnType.TEXT or distinct > _MOST_CLASSES:
        raise Invalid(
            f"The target '{target.name}' has {distinct:,} different texts, too many to be classes "
            f"(at most {_MOST_CLASSES}): choose another target, or group its values."
        )
    return Task.MULTICLASS.value


def _proposed_times(
    frame: pd.DataFrame, types: Mapping[str, ColumnType], target: str | None
) -> tuple[str | None, str | None]:
    """The first complete time column, and the first one whose name tells that it is about the label."""
    times = [name for name, type_ in types.items() if type_ is ColumnType.TIME and name != target]
    label_time = next((name for name in times if _LABEL_NAME.search(name)), None)
    complete = (name for name in times if name != label_time and not frame[name].isna().any())
    return next(complete, None), label_time


def _proposed_key(
    frame: pd.DataFrame, types: Mapping[str, ColumnType], target: str | None, time: str | None
) -> tuple[str, ...]:
    """The first column named like an identifier that is complete and unique, alone or together with the time."""
    named = [
        name
        for name, type_ in types.items()
        if _KEY_NAME.search(name)
        and type_ in (ColumnType.INTEGER, ColumnType.CATEGORY)
        and name != target
        and not frame[name].isna().any()
    ]
    alone = (name for name in named if not frame[name].duplicated().any())
    with_time = (name for name in named if time is not None and not frame.duplicated([name, time]).any())
    found = next(alone, None) or next(with_time, None)
    return () if found is None else (found,)


def _as_text(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): "" if pd.isna(value) else str(value) for name, value in row.items()}
