"""Physical tables: typed, selected, looked up; the same on SQLite and PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy.orm import Session

from db import physical
from db.session import transaction
from mms.domain.errors import Conflict, Invalid
from mms.domain.snapshots import Extent, Selection
from mms.domain.tables import DTYPES, Column, ColumnType, Condition, FeatureTable, InstanceTable, Join, Operator
from mms.ml.instances import content_hash, joined

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
COLUMNS = (
    Column("id", ColumnType.CATEGORY),
    Column("at", ColumnType.TIME),
    Column("n", ColumnType.INTEGER),
    Column("x", ColumnType.NUMBER),
    Column("b", ColumnType.BOOLEAN),
    Column("target", ColumnType.CATEGORY),
    Column("known", ColumnType.TIME),
)
TABLE = FeatureTable(7, 1, "visits", "ft_7", COLUMNS, ("id",), "at", 0, START, START)
DECLARED = InstanceTable(1, 1, 7, ("id",), "at", "target", "known", ("n", "x", "b"))


@pytest.fixture
def session(store: str) -> Iterator[Session]:
    with transaction() as opened:
        physical.create(opened, TABLE)
        yield opened


def rows(count: int) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "id": [f"{'aBé'[i % 3]}{i}" for i in range(count)],
            "at": [START + timedelta(hours=6 * (i // 2)) for i in range(count)],
            "n": pd.array(rng.integers(-(2**62), 2**62, count), dtype="Int64"),
            "x": rng.normal(size=count),
            "b": rng.integers(0, 2, count).astype(bool),
            "target": rng.choice(["no", "yes"], count),
            "known": [START + timedelta(hours=6 * (i // 2) + 1, microseconds=i) for i in range(count)],
        }
    )
    frame = frame.astype({c.name: DTYPES[c.type] for c in COLUMNS})
    frame.loc[::7, ["n", "x", "b"]] = None
    return frame


def test_rows_come_back_as_they_went_in(session: Session) -> None:
    frame = rows(50)

    physical.insert_frame(session, TABLE, frame)

    pd.testing.assert_frame_equal(physical.read_frame(session, TABLE), frame)
    assert physical.count_rows(session, TABLE) == 50
    assert physical.read_frame(session, TABLE, ["x", "id"], limit=2).shape == (2, 2)


def test_an_empty_table_has_typed_columns(session: Session) -> None:
    assert physical.read_frame(session, TABLE).dtypes.equals(rows(1).dtypes)


def test_the_same_key_twice_is_refused(session: Session) -> None:
    physical.insert_frame(session, TABLE, rows(3))

    with pytest.raises(Conflict, match="same id and at is already in table 'visits'"):
        physical.insert_frame(session, TABLE, rows(1))


def test_the_hash_is_the_same_on_every_database_and_in_every_load_order(session: Session) -> None:
    frame = rows(200)
    physical.insert_frame(session, TABLE, frame.sample(frac=1, random_state=5))

    base = physical.read_base(session, TABLE, DECLARED, Selection(), NOW)

    expected = frame.sort_values(["id", "at"], ignore_index=True)[base.columns.tolist()]
    columns = [TABLE.column(name) for name in base.columns]
    assert content_hash(base, columns) == content_hash(expected, columns)


def test_only_labels_known_by_now_are_read(session: Session) -> None:
    frame = rows(20)
    frame.loc[0, "target"] = None
    frame.loc[1, "known"] = None
    physical.insert_frame(session, TABLE, frame)
    now = START + timedelta(hours=20)

    base = physical.read_base(session, TABLE, DECLARED, Selection(), now)

    assert sorted(base["id"]) == sorted(frame["id"][1:8])
    assert physical.count_labelled_since(session, TABLE, DECLARED, None, now) == 7
    assert physical.count_labelled_since(session, TABLE, DECLARED, START, now) == 6


def test_the_last_days_and_rows_count_back_from_the_newest_known_one(session: Session) -> None:
    frame = rows(40)
    physical.insert_frame(session, TABLE, frame)
    newest = frame["at"].max()

    days = physical.read_base(session, TABLE, DECLARED, Selection(Extent.LAST_DAYS, 2), NOW)
    last = physical.read_base(session, TABLE, DECLARED, Selection(Extent.LAST_ROWS, 5), NOW)

    assert sorted(days["id"]) == sorted(frame["id"][frame["at"] > newest - timedelta(days=2)])
    assert set(frame["id"].iloc[-4:]) < set(last["id"])
    assert len(last) == 5


CONDITIONS: list[tuple[Condition, Any]] = [
    (Condition("target", Operator.EQ, "yes"), lambda f: f["target"] == "yes"),
    (Condition("target", Operator.IN, ["yes"]), lambda f: f["target"] == "yes"),
    (Condition("x", Operator.GT, 0), lambda f: f["x"] > 0),
    (Condition("b", Operator.EQ, True), lambda f: f["b"].fillna(False)),
    (Condition("n", Operator.IS_NULL), lambda f: f["n"].isna()),
    (Condition("id", Operator.LT, "a"), lambda f: f["id"] < "a"),
    (Condition("at", Operator.GE, "2026-01-03"), lambda f: f["at"] >= pd.Timestamp("2026-01-03", tz="UTC")),
]


@pytest.mark.parametrize(("condition", "rule"), CONDITIONS)
def test_conditions_mean_the_same_everywhere(session: Session, condition: Condition, rule: Any) -> None:
    frame = rows(40)
    physical.insert_frame(session, TABLE, frame)

    base = physical.read_base(session, TABLE, DECLARED, Selection(conditions=(condition,)), NOW)

    assert sorted(base["id"]) == sorted(frame["id"][rule(frame)])


def test_a_condition_of_the_wrong_type_is_refused(session: Session) -> None:
    with pytest.raises(Invalid, match="'x' takes a number; it got 'much'"):
        physical.read_base(session, TABLE, DECLARED, Selection(conditions=(Condition("x", Operator.GT, "much"),)), NOW)
    with pytest.raises(Invalid, match="has no column 'nope'"):
        physical.read_base(session, TABLE, DECLARED, Selection(conditions=(Condition("nope", Operator.EQ, 1),)), NOW)


def test_a_sample_depends_on_its_seed_alone(session: Session) -> None:
    physical.insert_frame(session, TABLE, rows(60).sample(frac=1, random_state=1))

    first = physical.read_base(session, TABLE, DECLARED, Selection(sample=5, seed=4), NOW)

    order = rows(60).sort_values(["id", "at"], ignore_index=True)
    expected = order.iloc[np.sort(np.random.default_rng(4).choice(60, 5, replace=False))]
    assert first["id"].tolist() == expected["id"].tolist()


def test_an_update_replaces_and_a_partial_one_keeps(session: Session) -> None:
    physical.insert_frame(session, TABLE, rows(2).assign(x=1.5, target="no"))
    key = {"id": "a0", "at": START}

    physical.upsert(session, TABLE, [{**key, "x": 2.5}], partial=True)
    (kept,) = physical.lookup_many(session, TABLE, ["id"], [(("a0",), None)])
    physical.upsert(session, TABLE, [{**key, "x": 3.5}, {"id": "new", "at": START, "n": 1}], partial=False)
    (replaced,) = physical.lookup_many(session, TABLE, ["id"], [(("a0",), None)])

    assert kept is not None
    assert (kept["x"], kept["target"]) == (2.5, "no")
    assert replaced is not None
    assert (replaced["x"], replaced["target"]) == (3.5, None)
    assert physical.count_rows(session, TABLE) == 3


def test_a_lookup_gives_what_the_join_gives(session: Session) -> None:
    frame = rows(60)
    frame["id"] = [f"e{i % 4}" for i in range(60)]
    frame = frame.drop_duplicates(["id", "at"], ignore_index=True)
    physical.insert_frame(session, TABLE, frame)
    other = FeatureTable(8, 1, "base", "ft_8", (COLUMNS[0], COLUMNS[1]), ("id",), "at", 0, START, START)
    asked = pd.DataFrame(
        {"id": [f"e{i % 5}" for i in range(40)], "at": [START + timedelta(hours=5 * i - 9) for i in range(40)]}
    ).astype({c.name: DTYPES[c.type] for c in other.columns})
    join = Join(7, "visits", (("id", "id"),), as_of=True, columns=("x", "known"))
    declared = InstanceTable(1, 1, 8, ("id",), "at", "target", None, (), (join,))

    whole = joined(asked, declared, {7: TABLE, 8: other}, {7: frame})

    wanted = [((id_,), at.to_pydatetime()) for id_, at in zip(asked["id"], asked["at"], strict=True)]
    found = physical.lookup_many(session, TABLE, ["id"], wanted)
    for row, known in zip(found, whole["visits.known"], strict=True):
        assert (row is None and pd.isna(known)) or (row is not None and row["known"] == known)


def test_rows_and_labels_are_counted_by_day(session: Session) -> None:
    frame = rows(20)
    frame.loc[0:2, "target"] = None
    physical.insert_frame(session, TABLE, frame)

    days = physical.rows_per_day(session, TABLE, "at", "target")

    assert days["rows"].tolist() == [8, 8, 4]
    assert days["labelled"].tolist() == [5, 8, 4]
    assert days["day"].iloc[0] == pd.Timestamp("2026-01-01")
