"""The join never looks into the future; the hash depends on the content alone."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mms.domain.projects import Task
from mms.domain.tables import DTYPES, Column, ColumnType, FeatureTable, InstanceTable, Join
from mms.ml.instances import content_hash, feature_columns, joined
from mms.ml.profile import profile

START = datetime(2026, 1, 1, tzinfo=UTC)
KEY, TIME, VALUE = (
    Column("station", ColumnType.CATEGORY),
    Column("at", ColumnType.TIME),
    Column("wind", ColumnType.NUMBER),
)


def table(id_: int, name: str, columns: tuple[Column, ...], time: str | None) -> FeatureTable:
    return FeatureTable(id_, 1, name, f"ft_{id_}", columns, ("station",), time, 0, START, START)


BASE = table(1, "flights", (KEY, TIME, Column("late", ColumnType.BOOLEAN)), "at")
WEATHER = table(2, "weather", (KEY, TIME, VALUE), "at")
PLACES = table(3, "places", (KEY, VALUE), None)


def frame_of(rows: list[tuple[object, ...]], columns: tuple[Column, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=[c.name for c in columns], dtype=object)
    return frame.astype({c.name: DTYPES[c.type] for c in columns})


def declaration(join: Join) -> InstanceTable:
    return InstanceTable(1, 1, 1, ("station",), "at", "late", None, ("station",), (join,))


stations = st.sampled_from(["JFK", "LGA", "EWR", None])
hours = st.integers(0, 12).map(lambda h: START + timedelta(hours=h))
asked = st.lists(st.tuples(stations, hours, st.booleans()), max_size=12)
known = st.lists(st.tuples(stations, hours, st.floats(-1e6, 1e6)), max_size=20, unique_by=lambda row: (row[0], row[1]))


@settings(max_examples=60, deadline=None)
@given(base=asked, weather=known)
@pytest.mark.slow
def test_a_join_as_of_a_time_takes_the_latest_row_at_or_before_it(
    base: list[tuple[str | None, datetime, bool]], weather: list[tuple[str | None, datetime, float]]
) -> None:
    join = Join(2, "weather", (("station", "station"),), as_of=True)

    whole = joined(
        frame_of(list(base), BASE.columns),
        declaration(join),
        {1: BASE, 2: WEATHER},
        {2: frame_of(list(weather), WEATHER.columns)},
    )

    for (station, at, _), found in zip(base, whole["weather.wind"], strict=True):
        past = [row for row in weather if row[0] == station is not None and row[1] <= at]
        expected = max(past, key=lambda row: row[1])[2] if past else None
        assert (expected is None and pd.isna(found)) or found == expected
    assert whole["at"].tolist() == [at for _, at, _ in base]


@settings(max_examples=40, deadline=None)
@given(base=asked, places=st.lists(st.tuples(stations, st.floats(-9, 9)), max_size=5, unique_by=lambda row: row[0]))
def test_a_plain_join_takes_the_one_row_of_the_key(
    base: list[tuple[str | None, datetime, bool]], places: list[tuple[str | None, float]]
) -> None:
    join = Join(3, "places", (("station", "station"),))

    whole = joined(
        frame_of(list(base), BASE.columns),
        declaration(join),
        {1: BASE, 3: PLACES},
        {3: frame_of(list(places), PLACES.columns)},
    )

    values = {station: value for station, value in places if station is not None}
    assert [None if pd.isna(v) else v for v in whole["places.wind"]] == [values.get(row[0]) for row in base]


def test_joined_features_bear_their_tables_name() -> None:
    join = Join(2, "weather", (("station", "station"),), as_of=True)

    columns = feature_columns(declaration(join), {1: BASE, 2: WEATHER})

    assert [c.name for c in columns] == ["station", "weather.wind"]


COLUMNS = (
    Column("n", ColumnType.INTEGER),
    Column("x", ColumnType.NUMBER),
    Column("b", ColumnType.BOOLEAN),
    Column("c", ColumnType.CATEGORY),
    Column("t", ColumnType.TIME),
)
ROW = (1, 0.5, True, "é", START)
OTHERS = [(2, 0.5, True, "é", START), (1, 0.25, True, "é", START), (1, 0.5, False, "é", START)]
OTHERS += [(1, 0.5, True, "e", START), (1, 0.5, True, "é", START + timedelta(microseconds=1))]
OTHERS += [tuple(None if i == j else value for j, value in enumerate(ROW)) for i in range(len(ROW))]


@pytest.mark.parametrize("other", OTHERS)
def test_any_changed_value_changes_the_hash(other: tuple[object, ...]) -> None:
    assert content_hash(frame_of([ROW], COLUMNS), COLUMNS) != content_hash(frame_of([other], COLUMNS), COLUMNS)


def test_a_missing_text_is_no_empty_text_and_texts_do_not_run_together() -> None:
    words = (Column("c", ColumnType.CATEGORY),)
    hashes = {
        content_hash(frame_of([(v,) for v in values], words), words)
        for values in (["ab", "c"], ["a", "bc"], ["", "abc"], [None, "abc"])
    }

    assert len(hashes) == 4


def test_the_dtypes_of_a_frame_do_not_change_the_hash() -> None:
    strict = frame_of([ROW, ROW], COLUMNS)
    loose = strict.astype({"n": "int64", "b": bool, "c": object, "t": "datetime64[ns, UTC]"})

    assert content_hash(strict, COLUMNS) == content_hash(loose, COLUMNS)
    assert content_hash(strict.assign(x=0.0), COLUMNS) == content_hash(strict.assign(x=-0.0), COLUMNS)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000))
@pytest.mark.slow
def test_the_profile_does_not_depend_on_the_order_of_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"x": rng.normal(size=60), "c": rng.choice(list("abc"), 60), "n": np.arange(60)})
    columns = (Column("x", ColumnType.NUMBER), Column("c", ColumnType.CATEGORY), Column("n", ColumnType.INTEGER))
    target = pd.Series(rng.choice(["no", "yes"], 60))
    order = rng.permutation(60)

    first = profile(frame, columns, target, Task.BINARY)
    second = profile(frame.iloc[order], columns, target.iloc[order], Task.BINARY)

    assert first == second


def test_identifiers_and_answers_are_warned_of() -> None:
    rng = np.random.default_rng(0)
    target = pd.Series(rng.choice(["no", "yes"], 400))
    frame = pd.DataFrame(
        {
            "id": [f"p{i}" for i in range(400)],
            "answer": np.where(target == "yes", 10.0, -10.0) + rng.normal(size=400),
            "told": np.where(target == "yes", "late", "on time"),
            "fair": rng.normal(size=400),
        }
    )
    types = (ColumnType.CATEGORY, ColumnType.NUMBER, ColumnType.CATEGORY, ColumnType.NUMBER)
    columns = tuple(Column(name, type_) for name, type_ in zip(frame, types, strict=True))

    found = {c.name: c.warning for c in profile(frame, columns, target, Task.BINARY).columns}

    assert "identifier" in (found["id"] or "")
    assert "answer" in (found["answer"] or "")
    assert "answer" in (found["told"] or "")
    assert found["fair"] is None


def test_a_number_that_tells_the_target_is_warned_of() -> None:
    x = np.random.default_rng(0).normal(size=500)
    columns = (Column("copy", ColumnType.NUMBER), Column("noise", ColumnType.NUMBER))
    frame = pd.DataFrame({"copy": x * 2, "noise": np.random.default_rng(1).normal(size=500)})

    copy, noise = profile(frame, columns, pd.Series(x), Task.REGRESSION).columns

    assert "answer" in (copy.warning or "")
    assert noise.warning is None
