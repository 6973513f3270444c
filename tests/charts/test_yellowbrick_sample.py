"""What pictures of data are drawn from: rows at equal steps, columns in numbers, colours for groups."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mms.charts.yellowbrick.sample import COLOURED, COLUMNS, ROWS, Sample, sample_of, short
from mms.domain.pictures import PictureKind
from mms.domain.projects import Task
from mms.domain.tables import DTYPES, Column, ColumnType


def sampled(data: dict[str, tuple[ColumnType, list[object]]], target: list[object], task: Task = Task.BINARY) -> Sample:
    columns = tuple(Column(name, type_) for name, (type_, _) in data.items())
    frame = pd.DataFrame({name: pd.Series(values, dtype=DTYPES[type_]) for name, (type_, values) in data.items()})
    return sample_of(columns, frame, pd.Series(target), task, "yes" if task is Task.BINARY else None)


def of_numbers(rows: int, columns: int, task: Task = Task.REGRESSION) -> Sample:
    chance = np.random.default_rng(0)
    matrix = chance.normal(size=(rows, columns))
    frame = pd.DataFrame(matrix, columns=[f"c{i}" for i in range(columns)])
    target = pd.Series(matrix[:, -1] * 2 + chance.normal(size=rows))
    schema = tuple(Column(name, ColumnType.NUMBER) for name in frame)
    return sample_of(schema, frame, target, task, None)


NO_YES: list[object] = ["no", "yes", "no", "yes"]


@pytest.mark.parametrize(
    ("type_", "values", "expected"),
    [
        (ColumnType.NUMBER, [1.0, None, 3.0, 8.0], {"x": [1, 3, 3, 8]}),
        (ColumnType.INTEGER, [1, None, 3, 8], {"x": [1, 3, 3, 8]}),
        (ColumnType.BOOLEAN, [True, None, True, False], {"x": [1, 1, 1, 0]}),
        (
            ColumnType.TIME,
            ["2026-01-01T00:00Z", "2026-01-02T12:00Z", None, "2026-01-05T00:00Z"],
            {"x (days)": [0, 1.5, 1.5, 4]},
        ),
        (ColumnType.CATEGORY, ["a", "b", None, "a"], {"x = a": [1, 0, 0, 1]}),
        (
            ColumnType.CATEGORY,
            ["a", "b", "c", "a"],
            {"x = a": [1, 0, 0, 1], "x = b": [0, 1, 0, 0], "x = c": [0, 0, 1, 0]},
        ),
        (ColumnType.CATEGORY, ["a", "b", "c", "d"], {}),
        (ColumnType.TEXT, ["one two", "three", "four", None], {}),
        (ColumnType.NUMBER, [5.0, 5.0, 5.0, 5.0], {}),
        (ColumnType.NUMBER, [None, None, None, None], {}),
    ],
)  # fmt: skip
def test_a_column_becomes_numbers_by_its_type(
    type_: ColumnType, values: list[object], expected: dict[str, list[float]]
) -> None:
    sample = sampled({"x": (type_, values)}, NO_YES)

    assert sample.numbers.to_dict("list") == expected
    assert sample.measured == ((0,) if expected and type_.is_numeric else ())


def test_a_column_of_one_value_or_none_or_each_once_is_left_out_by_name() -> None:
    sample = sampled(
        {
            "constant": (ColumnType.NUMBER, [5.0] * 4),
            "empty": (ColumnType.CATEGORY, [None] * 4),
            "name": (ColumnType.CATEGORY, ["ann", "bob", "cyd", "dan"]),
            "x": (ColumnType.NUMBER, [1.0, 2.0, 3.0, 4.0]),
        },
        NO_YES,
    )

    assert list(sample.numbers) == ["x"]
    assert sample.left_out == ("constant", "empty", "name")
    assert sample.words == "all 4 rows; without constant and 2 more (one value, none, or each once)"


def test_many_rows_are_thinned_at_equal_steps_and_keep_their_positions() -> None:
    sample = of_numbers(5 * ROWS, 2)

    assert len(sample.numbers) == len(sample.rows) == ROWS
    assert (sample.rows[0], sample.rows[-1]) == (0, 5 * ROWS - 1)
    assert set(np.diff(sample.rows)) == {5, 6} or set(np.diff(sample.rows)) == {5}
    assert sample.every_target.shape == (5 * ROWS,)
    assert sample.words.startswith("2,000 of 10,000 rows at equal steps")


@pytest.mark.parametrize("columns", [COLUMNS + 1, pytest.param(2_000, marks=pytest.mark.slow)])
def test_many_columns_are_cut_to_those_tied_to_the_target_in_their_order(columns: int) -> None:
    sample = of_numbers(60, columns)

    assert sample.numbers.shape == (60, COLUMNS)
    assert list(sample.numbers)[-1] == f"c{columns - 1}"
    assert [int(name[1:]) for name in sample.numbers] == sorted(int(name[1:]) for name in sample.numbers)
    assert f"{COLUMNS} of {columns:,} columns" in sample.words


def test_one_row_leaves_no_number_and_still_has_its_target() -> None:
    sample = sampled({"x": (ColumnType.NUMBER, [1.0])}, ["yes"])

    assert sample.numbers.shape == (1, 0)
    assert (sample.classes, sample.names) == (("yes",), ("yes",))


def test_sixty_classes_keep_nine_colours_and_one_for_the_rest() -> None:
    target = [f"c{i:02}" for i in range(60) for _ in range(i + 1)]

    sample = sampled({"x": (ColumnType.INTEGER, list(range(len(target))))}, list(target), Task.MULTICLASS)

    assert len(sample.classes) == 60
    assert sample.names == (*(f"c{i}" for i in range(51, 60)), "51 rarer classes")
    assert np.bincount(sample.groups).tolist() == [*range(52, 61), sum(range(1, 52))]
    assert len(sample.names) == COLOURED


def test_the_positive_class_is_counted_last() -> None:
    sample = sampled({"x": (ColumnType.INTEGER, [1, 2, 3])}, ["yes", "zero", "yes"])

    assert sample.classes == ("zero", "yes")
    assert sample.target.tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("target", "groups", "names"),
    [
        ([1, 2, 3, 4], [0, 1, 2, 3], ("up to 1.75", "up to 2.5", "up to 3.25", "above 3.25")),
        ([0, 0, 0, 9], [0, 0, 0, 1], ("up to 0", "up to 2.25", "above 2.25")),
        ([5, 5, 5, 5], [0, 0, 0, 0], ("up to 5",)),
    ],
)
def test_a_number_is_coloured_by_its_quarters(target: list[object], groups: list[int], names: tuple[str, ...]) -> None:
    sample = sampled({"x": (ColumnType.INTEGER, [1, 2, 3, 4])}, target, Task.REGRESSION)

    assert len(sample.names) == sample.groups.max() + 1
    assert sample.groups.tolist() == groups
    assert [name for name in sample.names if name in names] == list(sample.names)


def test_the_longest_texts_are_the_ones_that_are_read() -> None:
    sample = sampled(
        {
            "title": (ColumnType.TEXT, ["a b", "c d", "e f", "g h"]),
            "body": (ColumnType.TEXT, ["a much longer text", None, "and another one", "and so on"]),
        },
        NO_YES,
    )

    assert sample.text == "body"
    assert sample.texts == ("a much longer text", "", "and another one", "and so on")
    assert sample.missing.sum().to_dict() == {"title": 0, "body": 1}
    assert sample.left_out == ()


def test_the_table_behind_a_picture_holds_what_is_drawn() -> None:
    sample = sampled(
        {"x": (ColumnType.NUMBER, [1.0, None, 3.0, 8.0]), "told": (ColumnType.TEXT, ["a", "b", None, "d"])}, NO_YES
    )

    numbers, texts = sample.table(PictureKind.PCA), sample.table(PictureKind.TSNE)
    holes, balance = sample.table(PictureKind.MISSING_VALUES), sample.table(PictureKind.CLASS_BALANCE)

    assert numbers.to_dict("list") == {"row": [0, 1, 2, 3], "target": NO_YES, "x": [1.0, 3.0, 3.0, 8.0]}
    assert texts.to_dict("list") == {"row": [0, 1, 2, 3], "target": NO_YES, "text": ["a", "b", "", "d"]}
    assert holes["missing x"].tolist() == [False, True, False, False]
    assert balance.to_dict("list") == {"class": ["no", "yes"], "rows": [2, 2]}
    of_values = of_numbers(5, 2).table(PictureKind.BALANCED_BINNING)
    assert (list(of_values), len(of_values)) == (["target"], 5)


def test_a_name_is_short_and_never_hidden() -> None:
    assert short("_x") == " _x"
    assert len(short("n" * 500)) == 28


_VALUES = {
    ColumnType.NUMBER: st.floats(-1e6, 1e6),
    ColumnType.INTEGER: st.integers(-(2**40), 2**40),
    ColumnType.BOOLEAN: st.booleans(),
    ColumnType.CATEGORY: st.sampled_from(["a", "b", "c", "d", "_$x$"]),
    ColumnType.TEXT: st.text("ab c", max_size=6),
    ColumnType.TIME: st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, tuple[ColumnType, list[object]]], list[object]]:
    """Columns of any type with values missing anywhere, and a target of up to 15 classes."""
    count = draw(st.integers(1, 25))
    types = draw(st.lists(st.sampled_from(list(_VALUES)), min_size=1, max_size=5))
    data = {
        f"{type_.value} {i}": (type_, draw(st.lists(st.none() | _VALUES[type_], min_size=count, max_size=count)))
        for i, type_ in enumerate(types)
    }
    return data, [f"class {draw(st.integers(0, 14))}" for _ in range(count)]


@pytest.mark.slow
@given(table=tables())
@settings(max_examples=40, deadline=None)
def test_whatever_the_rows_a_sample_can_be_drawn(
    table: tuple[dict[str, tuple[ColumnType, list[object]]], list[object]],
) -> None:
    data, target = table

    sample = sampled(data, target, Task.MULTICLASS)

    numbers = sample.numbers.to_numpy()
    assert np.isfinite(numbers).all()
    assert (np.ptp(numbers, axis=0) > 0).all()
    assert numbers.shape[0] == len(sample.rows) == len(sample.groups) == len(target)
    assert len(set(sample.names)) == len(sample.names) <= COLOURED
    assert set(sample.groups.tolist()) == set(range(len(sample.names)))
    assert set(sample.left_out).isdisjoint(name.split(" = ")[0].removesuffix(" (days)") for name in sample.numbers)
