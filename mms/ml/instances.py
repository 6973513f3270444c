"""The declared join: base rows with the feature tables' values as of the prediction time, never from the future."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mms.domain.errors import Invalid
from mms.domain.tables import DTYPES, Column, ColumnType, FeatureTable, InstanceTable, Join


def feature_columns(declaration: InstanceTable, tables: Mapping[int, FeatureTable]) -> tuple[Column, ...]:
    """The feature columns of the instance table in order: base features, then `table.column` of each join."""
    base = tables[declaration.base_table_id]
    own = [base.column(name) for name in declaration.features]
    others = [
        Column(f"{table.name}.{column.name}", column.type)
        for join in declaration.joins
        for table in (tables[join.table_id],)
        for column in joined_columns(join, table)
    ]
    return (*own, *others)


def joined_columns(join: Join, table: FeatureTable) -> tuple[Column, ...]:
    """What a join takes of its table: the named columns, or all but key and time."""
    if join.columns:
        return tuple(table.column(name) for name in join.columns)
    return tuple(c for c in table.columns if c.name not in (*table.key, table.time))


def joined(
    base: pd.DataFrame,
    declaration: InstanceTable,
    tables: Mapping[int, FeatureTable],
    frames: Mapping[int, pd.DataFrame],
) -> pd.DataFrame:
    """The instance frame in base-row order: the base columns, then each join's. Frames by table id.

    A base row without a match, or with a null in its key, gets missing values.
    """
    parts = [base.reset_index(drop=True)]
    for join in declaration.joins:
        table, frame = tables[join.table_id], frames[join.table_id]
        matches = _matches(parts[0], declaration.prediction_time, join, table, frame)
        columns = joined_columns(join, table)
        taken = frame[[c.name for c in columns]].astype({c.name: DTYPES[c.type] for c in columns})
        taken = taken.reset_index(drop=True).reindex(matches)  # position -1 is nowhere in the index: missing values
        taken.columns = pd.Index([f"{table.name}.{c.name}" for c in columns])
        parts.append(taken.reset_index(drop=True))
    return pd.concat(parts, axis=1)


def _matches(
    base: pd.DataFrame, prediction_time: str | None, join: Join, table: FeatureTable, frame: pd.DataFrame
) -> np.ndarray:
    """For every base row the position of its one row in the joined frame, or -1."""
    left, right = _codes(base, join, table, frame)
    if not join.as_of:
        present = np.flatnonzero(right >= 0)
        positions = pd.Index(right[present]).get_indexer(pd.Index(left))
        return np.where(positions >= 0, np.append(present, -1)[positions], -1)
    if prediction_time is None or table.time is None:
        raise Invalid(f"Joining '{table.name}' as of a time needs a prediction time and a time in '{table.name}'.")
    moments = base[prediction_time].astype(DTYPES[ColumnType.TIME])
    asked = pd.DataFrame({"code": left, "time": moments, "row": np.arange(len(base))}).dropna(subset=["time"])
    known = pd.DataFrame(
        {
            "code": right,
            "time": frame[table.time].astype(DTYPES[ColumnType.TIME]).array,
            "match": np.arange(len(frame)),
        }
    )
    known = known[known["code"] >= 0]
    found = pd.merge_asof(
        asked.sort_values("time", kind="stable"), known.sort_values("time", kind="stable"), on="time", by="code"
    )
    matches = np.full(len(base), -1, dtype=np.int64)
    matches[found["row"].to_numpy()] = found["match"].fillna(-1).to_numpy(dtype=np.int64)
    return matches


def _codes(base: pd.DataFrame, join: Join, table: FeatureTable, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """One whole number for each distinct key on both sides: equal keys, equal numbers; a key with a null gets -1/-2."""
    codes = np.zeros(len(base) + len(frame), dtype=np.int64)
    null = np.zeros(len(codes), dtype=bool)
    for base_name, name in join.on:
        dtype = DTYPES[table.column(name).type]
        both = pd.concat([base[base_name].astype(dtype), frame[name].astype(dtype)], ignore_index=True)
        numbers, distinct = pd.factorize(both, use_na_sentinel=True)
        null |= numbers < 0
        codes, _ = pd.factorize(codes * (len(distinct) + 1) + numbers)  # compressed, so that products never overflow
    left, right = codes[: len(base)].copy(), codes[len(base) :].copy()
    left[null[: len(base)]] = -2
    right[null[len(base) :]] = -1
    return left, right


def content_hash(frame: pd.DataFrame, columns: Sequence[Column]) -> str:
    """SHA-256 of the canonical content: schema, then rows (already sorted by entity and time).

    Column by column: its name and type, which values are missing, then the values as fixed bytes (texts: lengths, then
    all characters), so that neither dtype, nor database, nor Parquet writer changes the hash.
    """
    whole = hashlib.sha256(f"mms snapshot 1, {len(frame)} rows, {len(columns)} columns".encode())
    for column in columns:
        series = frame[column.name].astype(DTYPES[column.type])
        missing = series.isna().to_numpy(dtype=bool)
        whole.update(f"\n{len(column.name)} {column.name} {column.type.value}\n".encode())
        whole.update(np.packbits(missing).tobytes())
        for part in _canonical(series, missing, column.type):
            whole.update(part)
    return whole.hexdigest()


def _canonical(series: pd.Series, missing: np.ndarray, type_: ColumnType) -> tuple[bytes, ...]:
    if type_.is_words:
        texts = series.astype(object).where(~missing, "").tolist()
        lengths = np.fromiter(map(len, texts), dtype="<i8", count=len(texts))
        return lengths.tobytes(), "".join(texts).encode()
    if type_ is ColumnType.NUMBER:
        values = np.where(missing, 0.0, series.to_numpy(dtype="<f8")) + 0.0  # turns -0.0 into 0.0
        return (values.astype("<f8").tobytes(),)
    if type_ is ColumnType.TIME:
        moments = series.dt.tz_localize(None).to_numpy(dtype="datetime64[us]").astype("<i8")
        return (np.where(missing, 0, moments).astype("<i8").tobytes(),)
    whole = series.astype("Int64") if type_ is ColumnType.BOOLEAN else series
    return (whole.to_numpy(dtype="<i8", na_value=0).tobytes(),)


def class_labels(target: pd.Series) -> pd.Series:
    """Targets of a classification as strings: booleans "true"/"false", whole numbers "0"; missing ones stay missing."""
    if pd.api.types.is_bool_dtype(target.dtype):
        return target.map({True: "true", False: "false"}).astype("str")
    if pd.api.types.is_numeric_dtype(target.dtype):
        return target.map(lambda value: f"{value:.15g}", na_action="ignore").astype("str")
    return target.astype("str")
